import { type DecoratedMember, memberName, type RpcMethodDecorator } from "../lib/contract/decorated-member";
import { type IdleTimeout, type MethodRecord, type OnCallerLost, recordsOf } from "../lib/contract/records";
import { type ValueMetadata } from "../lib/contract/value-metadata";
import { type TypeSpec } from "../lib/contract/value-type";
import { type Argument } from "./arg";

/**
 * How a method is called: options of `@JsonMethod` and `@BufferMethod`. What is said of values (`unit`, `precision`,
 * `warn`) is said of the result, and of the progress where its type is written out.
 */
export interface MethodOptions extends ValueMetadata {
  /**
   * Milliseconds a client waits for the result; `null` waits for ever. `{ idle: ms }` is how long it waits without
   * progress: each renews the time. Default 10 000.
   */
  readonly timeout?: number | IdleTimeout | null;
  /**
   * The type of what the method tells before its result: what an async generator yields, or what is given to
   * `CallContext.current().progress(value)`. What is not of the type is logged, and not sent. Default: any JSON value of
   * a generator; of any other method, none.
   */
  readonly progress?: TypeSpec;
  /**
   * Where a progress that is a number begins and where it ends at the latest: `[0, 100]`. Clients draw a bar by it; it
   * refuses nothing. Default: none.
   */
  readonly progressRange?: readonly [from: number, to: number];
  /** Runs at once instead of behind the device's other methods: for what only reads. Default false. */
  readonly concurrent?: boolean;
  /**
   * For `stop()` and the like. Runs at once, aborts the signals of the device's methods that run, and refuses those that
   * wait with an `InterruptedError`; what comes later waits until it has ended. Default false.
   */
  readonly interrupts?: boolean;
  /**
   * What becomes of a call that runs when its caller's connection is lost or closed: its signal aborts, or it runs to
   * its end. What only waits is dropped in any case. Default `"abort"`.
   */
  readonly onCallerLost?: OnCallerLost;
  /** The name on the wire. Default: the member's, mapped by the service's `naming`. */
  readonly wireName?: string;
  /** One line for people, shown by generic clients. */
  readonly description?: string;
  /** The parameters in their order, where decorators cannot stand on them: `args: [Arg("n", Integer)]`. */
  readonly args?: readonly Argument[];
}

/** Options of `@JsonMethod`. */
export interface JsonMethodOptions extends MethodOptions {
  /**
   * The type of the result. What the method returns is checked against it before it leaves: something else is the
   * author's mistake, which is logged, and fails the call. Callers get it as its type: a `Date`, an instance of its class.
   * Default: any value.
   */
  readonly returns?: TypeSpec;
}

/**
 * Exposes a method whose arguments and result travel as JSON.
 *
 * An async generator, or a generator, tells its progress by what it yields, and its result by what it returns. Where its
 * caller gives up or is gone it is ended as `return()` ends it: what stands in `finally` runs.
 */
export function JsonMethod(options: JsonMethodOptions = {}): RpcMethodDecorator {
  return methodDecorator("json", options);
}

/** Records a method and the parameters that are written out beside it. */
export function methodDecorator(
  result: MethodRecord["result"],
  { args = [], ...options }: MethodOptions & Pick<MethodRecord, "returns">,
): RpcMethodDecorator {
  return (target: object, member: DecoratedMember) => {
    const records = recordsOf(target, member);
    const name = memberName(member);
    records.members.set(name, { kind: "method", result, ...options });
    args.forEach(({ record }, index) => records.addArg(name, index, record));
  };
}
