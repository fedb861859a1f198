import { Observable, type Subscriber } from "rxjs";
import { type StreamMode } from "../wire/requests";
import { type StreamReader } from "./stream-reader";

/** What a reader has room for beside the item that it is at, unless told otherwise, in bytes. */
export const DEFAULT_WINDOW_BYTES = 1024 * 1024;

/**
 * The items of a stream method, pulled at the pace of the reader. Nothing is opened before it is read; each `for await`
 * and each subscription opens a stream of its own.
 *
 * ```ts
 * for await (const block of stage.trace()) await store(block);
 * ```
 *
 * Leaving the loop, or unsubscribing, ends the source at the device. A stream fails with a `RemoteError` where its source
 * does; with a `ConnectionLostError` when the connection is lost: it is never resumed; with an `RpcTimeoutError` where no
 * item comes for as long as the method's `timeout` says; with a `BusyError` where the client has too many open; with an
 * `InterruptedError` where a method that interrupts is called.
 */
export interface RemoteStream<T> extends AsyncIterable<T> {
  /** Opens a stream and reads what comes. */
  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined>;
  /** The same for RxJS: read as fast as it comes, for as long as it is subscribed. */
  asObservable(): Observable<T>;
  /**
   * The newest item whenever the reader asks, with the number of those that were left out since the one before. A source
   * that is an AsyncIterable is asked when the reader asks, and leaves out none.
   *
   * ```ts
   * for await (const block of stage.trace().latest()) plot(block, block.skipped);
   * for await (const { value, skipped } of stage.temperature().latest()) show(value, skipped);
   * ```
   */
  latest(): RemoteStream<Latest<T>>;
  /**
   * How much the device may send ahead of the reader.
   *
   * @param options.window - Bytes; an item that is larger comes alone. Default 1 MiB.
   */
  every(options: StreamWindow): RemoteStream<T>;
}

/** How much may be under way to a reader. */
export interface StreamWindow {
  /** In bytes. */
  readonly window: number;
}

/** What was left out before an item. */
export interface Skipped {
  /** How many items came between the one before and this one. */
  readonly skipped: number;
}

/** An item that cannot carry a count itself. */
export interface LatestValue<T> extends Skipped {
  readonly value: T;
}

/**
 * An item with the number of those that were left out before it: an object or array has it as `skipped`, which is not
 * enumerable; a number, text and the like, and an object with a `skipped` of its own, is `value` beside it.
 */
export type Latest<T> = T extends object
  ? "skipped" extends keyof T
    ? LatestValue<T>
    : T & Skipped
  : LatestValue<T>;

/** How a stream is read. */
export interface ReadingOptions {
  readonly mode: StreamMode;
  readonly windowBytes: number;
}

/** A stream that is opened when it is read. */
export class PulledStream<T> implements RemoteStream<T> {
  /** @param open - Makes a reader, which opens the stream when it is first asked. */
  constructor(
    private readonly open: (options: ReadingOptions) => StreamReader,
    private readonly options: ReadingOptions = { mode: "all", windowBytes: DEFAULT_WINDOW_BYTES },
  ) {}

  [Symbol.asyncIterator](): AsyncIterableIterator<T, undefined> {
    return this.open(this.options) as AsyncIterableIterator<T, undefined>;
  }

  asObservable(): Observable<T> {
    return new Observable((subscriber) => {
      const reader = this[Symbol.asyncIterator]();
      void deliver(reader, subscriber);
      return () => void reader.return?.();
    });
  }

  latest(): RemoteStream<Latest<T>> {
    return new PulledStream(this.open, { ...this.options, mode: "latest" });
  }

  /** @throws RangeError if the window is no positive number. */
  every({ window }: StreamWindow): RemoteStream<T> {
    if (!(window > 0)) throw new RangeError(`window must be a positive number of bytes, not ${window}`);
    return new PulledStream(this.open, { ...this.options, windowBytes: window });
  }
}

async function deliver<T>(items: AsyncIterable<T>, subscriber: Subscriber<T>): Promise<void> {
  try {
    for await (const item of items) subscriber.next(item);
    subscriber.complete();
  } catch (error) {
    subscriber.error(error);
  }
}
