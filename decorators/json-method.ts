import { recordsOf } from "../lib/contract/records";

/** How a method is called: options of `@JsonMethod` and `@BufferMethod`. */
export interface MethodOptions {
  /** Milliseconds a client waits for the result; `null` waits for ever. Default 10 000. */
  readonly timeout?: number | null;
  /** Runs at once instead of behind the device's other methods: for `stop()` and the like. Default false. */
  readonly concurrent?: boolean;
  /** The name on the wire. Default: the member's, mapped by the service's `naming`. */
  readonly wireName?: string;
  /** One line for people, shown by generic clients. */
  readonly description?: string;
}

/** Exposes a method whose arguments and result travel as JSON. */
export function JsonMethod(options: MethodOptions = {}): MethodDecorator {
  return (prototype, member) => {
    recordsOf(prototype, member).members.set(String(member), { kind: "method", result: "json", ...options });
  };
}
