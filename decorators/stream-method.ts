import { type Observable } from "rxjs";
import { type DecoratedMember, memberName } from "../lib/contract/decorated-member";
import { recordsOf } from "../lib/contract/records";
import { type ValueMetadata } from "../lib/contract/value-metadata";
import { type TypeSpec } from "../lib/contract/value-type";
import { type Argument } from "./arg";

/** How a stream is opened and read: options of `@StreamMethod`. What is said of values is said of each item. */
export interface StreamMethodOptions extends ValueMetadata {
  /**
   * Milliseconds a reader waits for the stream to be opened, and for each next item; `null` waits for ever. Default
   * 10 000.
   */
  readonly timeout?: number | null;
  /**
   * What may wait of an Observable for a reader that does not keep up, in bytes; beyond, the stream fails, unless it is
   * read with `.latest()`. An item counts with its text, its arrays, and 32 bytes. Of an AsyncIterable nothing waits.
   * Default 4 MiB.
   */
  readonly bufferBytes?: number;
  /** The name on the wire. Default: the member's, mapped by the service's `naming`. */
  readonly wireName?: string;
  /** One line for people, shown by generic clients. */
  readonly description?: string;
  /** The parameters in their order, where decorators cannot stand on them: `args: [Arg("n", Integer)]`. */
  readonly args?: readonly Argument[];
}

/**
 * Exposes a method that returns an Observable or an AsyncIterable of items: as fast as its reader reads, or the newest
 * only, as the reader says. Its remote gives a `RemoteStream`.
 *
 * An AsyncIterable is asked for no more than the reader has room for. An async generator is declared as such a method,
 * `async *trace(): AsyncIterable<Float32Array>`. Where the reader stops or is gone, the source is ended: a generator by
 * `return()`, so that what stands in its `finally` runs; an Observable by unsubscribing.
 *
 * A stream runs beside the device's methods; one that interrupts ends it, and so does the server when it closes.
 *
 * @param items - The type of each item. What is of another type ends the stream.
 */
export function StreamMethod(items: TypeSpec, options: StreamMethodOptions = {}): StreamMethodDecorator {
  const { args = [], ...rest } = options;
  return (target: unknown, member: DecoratedMember) => {
    const records = recordsOf(target, member);
    const name = memberName(member);
    records.members.set(name, { kind: "method", result: "stream", items, ...rest });
    args.forEach(({ record }, index) => records.addArg(name, index, record));
  };
}

/** Stands on methods that return an Observable or an AsyncIterable, or a promise of one. */
export interface StreamMethodDecorator {
  /** @typeParam M - The method that it stands on. */
  <M extends StreamingMethod>(
    prototype: object,
    member: string | symbol,
    descriptor: TypedPropertyDescriptor<DeclaredAsStream<M>>,
  ): void;
  /** @typeParam M - The method that it stands on. */
  <M extends StreamingMethod>(method: DeclaredAsStream<M>, context: ClassMethodDecoratorContext): void;
}

type StreamingMethod = (...args: never[]) => Streamed | Promise<Streamed>;

type Streamed = Observable<unknown> | AsyncIterable<unknown>;

/**
 * TypeScript does not see decorators: to remotes, a method that returns an AsyncGenerator is one that tells progress. One
 * that streams is declared as `AsyncIterable<T>`.
 */
type DeclaredAsStream<M extends StreamingMethod> =
  ReturnType<M> extends AsyncGenerator<unknown, unknown, never>
    ? { readonly "declare what it returns as AsyncIterable<T>": never }
    : M;
