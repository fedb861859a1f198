import { convertValue } from "../contract/convert-value";
import { type ValueType } from "../contract/value-type";
import { onAbort } from "../time/abort-listeners";
import { deferred, type Deferred } from "../time/deferred";
import { type StreamItems } from "../wire/streams";
import { type ReadingOptions } from "./remote-stream";

/** Asks for more when so much of the window is free: fewer questions, and the device still works ahead. */
const FREE_PART = 0.5;

/** How a reader reaches its device. */
export interface StreamRoad {
  /**
   * Opens the stream.
   *
   * @param onOpened - Gets the id of the request that opened it.
   * @returns Resolves when the device says that the stream has ended; rejects with why it could not be opened, or what
   *   ended it.
   */
  open(onOpened: (id: string) => void, signal: AbortSignal): Promise<unknown>;
  /** Asks for items, of so many bytes. */
  pull(id: string, credit: number, signal: AbortSignal): Promise<StreamItems>;
}

interface Received {
  readonly value: unknown;
  /** How many were left out before it. */
  readonly skipped: number;
  /** What it takes of the window. */
  readonly bytes: number;
}

type Step = IteratorResult<unknown, undefined>;

const DONE: Step = { done: true, value: undefined };

/** Reads one stream: asks the device for no more than it has room for. */
export class StreamReader implements AsyncIterableIterator<unknown, undefined> {
  private readonly giving = new AbortController();
  private readonly received: Received[] = [];
  private readonly waiting: Deferred<Step>[] = [];
  private receivedBytes = 0;
  private id: string | undefined;
  private isBegun = false;
  private isAsking = false;
  private lastSeq = 0;
  /** Nothing comes behind what was received; with an error where it failed. */
  private end: { readonly error?: unknown } | undefined;
  private stopListening: (() => void) | undefined;

  /**
   * @param type - Of each item.
   * @param callerSignal - Gives the stream up as well.
   */
  constructor(
    private readonly road: StreamRoad,
    private readonly type: ValueType,
    private readonly options: ReadingOptions,
    private readonly callerSignal: AbortSignal | undefined,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    this.begin();
    const item = this.received.shift();
    if (item !== undefined) return this.give(item);
    if (this.end !== undefined) return this.giveEnd(this.end);
    const step = deferred<Step>();
    this.waiting.push(step);
    this.ask();
    return step.promise;
  }

  /** Ends the stream, and its source. Idempotent. */
  return(): Promise<Step> {
    this.isBegun = true;
    this.received.length = 0;
    this.finish({});
    return Promise.resolve(DONE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private begin(): void {
    if (this.isBegun) return;
    this.isBegun = true;
    const { signal } = this.giving;
    const { callerSignal } = this;
    if (callerSignal?.aborted === true) this.giving.abort(callerSignal.reason);
    else if (callerSignal !== undefined) {
      this.stopListening = onAbort(callerSignal, () => this.giving.abort(callerSignal.reason));
    }
    const opened = (id: string) => {
      this.id = id;
      this.ask();
    };
    this.road.open(opened, signal).then(
      // The end is told with the last items: this one may overtake them.
      () => (this.isAsking ? undefined : this.finish({})),
      (error: unknown) => this.finish({ error }),
    );
  }

  private ask(): void {
    const { id, isAsking, end } = this;
    if (id === undefined || isAsking || end !== undefined || !this.hasRoom()) return;
    this.isAsking = true;
    const credit = Math.max(Math.floor(this.options.windowBytes - this.receivedBytes), 1);
    this.road.pull(id, credit, this.giving.signal).then(
      (items) => {
        this.isAsking = false;
        this.take(items);
      },
      (error: unknown) => {
        this.isAsking = false;
        this.finish({ error });
      },
    );
  }

  private hasRoom(): boolean {
    const { mode, windowBytes } = this.options;
    // What comes before it is asked for is not the newest any more.
    if (mode === "latest") return this.waiting.length > 0;
    return this.receivedBytes <= windowBytes * (1 - FREE_PART);
  }

  private take({ seq, items, bytes, isEnd }: StreamItems): void {
    if (this.end !== undefined) return;
    const each = items.length === 0 ? 0 : bytes / items.length;
    items.forEach((value, index) => {
      const skipped = Math.max(seq + index - this.lastSeq - 1, 0);
      this.lastSeq = seq + index;
      this.receivedBytes += each;
      this.received.push({ value, skipped, bytes: each });
    });
    this.serveWaiting();
    if (isEnd) this.finish({});
    else this.ask();
  }

  private serveWaiting(): void {
    while (this.waiting.length > 0) {
      const item = this.received.shift();
      const step = item === undefined ? undefined : this.waiting.shift();
      if (item === undefined || step === undefined) return;
      this.give(item).then(step.resolve, step.reject);
    }
  }

  private give({ value, skipped, bytes }: Received): Promise<Step> {
    this.receivedBytes -= bytes;
    this.ask();
    try {
      const item = convertValue(this.type, value, "item", []);
      return Promise.resolve({
        done: false,
        value: this.options.mode === "latest" ? withSkipped(item, skipped) : item,
      });
    } catch (error) {
      this.received.length = 0;
      this.finish({});
      return this.giveEnd({ error });
    }
  }

  private giveEnd(end: { readonly error?: unknown }): Promise<Step> {
    if (!("error" in end)) return Promise.resolve(DONE);
    this.end = {};
    // What ended the stream goes on to whoever reads it.
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return Promise.reject(end.error);
  }

  private finish(end: { readonly error?: unknown }): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.stopListening?.();
    this.giving.abort();
    for (const step of this.waiting.splice(0)) this.giveEnd(this.end).then(step.resolve, step.reject);
  }
}

/** An item that can carry it has the count; any other stands beside it. */
function withSkipped(value: unknown, skipped: number): unknown {
  if (typeof value !== "object" || value === null || "skipped" in value || !Object.isExtensible(value)) {
    return { value, skipped };
  }
  return Object.defineProperty(value, "skipped", { value: skipped, enumerable: false, configurable: true });
}
