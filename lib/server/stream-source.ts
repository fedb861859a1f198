import { type Observable, type Subscription, takeWhile } from "rxjs";
import { type AnyGenerator, isGenerator } from "../contract/generators";
import { ContractError } from "../errors";
import { type CallContext, withContext } from "./call-context";
import { type ServedRequest } from "./served-request";
import { type ServedStream } from "./served-stream";

/** The call that opened a stream. */
type OpeningCall = CallContext & Pick<ServedRequest, "inScope">;

/** What a stream method returned, as it is read. */
export interface StreamSource {
  /** Begins to read, where that is not when the reader asks. */
  begin(): void;
  /** Reads no more. Resolves when the source has cleared up. @throws what it throws then. */
  end(): Promise<void>;
}

/** Who is told of a source that fails by itself. */
export type SourceFailed = (error: unknown) => void;

/**
 * @param failed - Called once, with what the source failed with, or with what it told that cannot be sent.
 * @param endGenerator - Ends a generator that may not end at once.
 * @throws ContractError for what is neither an Observable nor an AsyncIterable.
 */
export function sourceOf(
  returned: unknown,
  stream: ServedStream,
  context: OpeningCall,
  failed: SourceFailed,
  endGenerator: (generator: AnyGenerator) => Promise<void>,
): StreamSource {
  if (isAsyncIterable(returned)) {
    const iterator = returned[Symbol.asyncIterator]();
    return new PulledSource(iterator, stream, context, failed, endGenerator);
  }
  if (isSubscribable(returned)) return new PushingSource(returned, stream, context, failed);
  throw new ContractError(
    `${context.method}() returned neither an Observable nor an AsyncIterable, as a stream method must`,
  );
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

/** By its shape: another copy of rxjs makes other classes. */
function isSubscribable(value: unknown): value is Observable<unknown> {
  return typeof value === "object" && value !== null && "subscribe" in value && "pipe" in value;
}

/** Asked for an item only while the reader has room for one. */
class PulledSource implements StreamSource {
  private isReading = false;
  private isEnded = false;

  constructor(
    private readonly iterator: AsyncIterator<unknown>,
    private readonly stream: ServedStream,
    private readonly context: OpeningCall,
    private readonly failed: SourceFailed,
    private readonly endGenerator: (generator: AnyGenerator) => Promise<void>,
  ) {
    // It is asked for by another request, in the asynchronous context of that.
    stream.onWanted = () => void context.inScope(() => this.read());
  }

  begin(): void {
    // The reader asks.
  }

  async end(): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    if (isGenerator(this.iterator)) await this.endGenerator(this.iterator);
    else await this.iterator.return?.();
  }

  private async read(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    while (this.stream.isWanted && !this.isEnded) await this.readOne();
    this.isReading = false;
  }

  private async readOne(): Promise<void> {
    let step: IteratorResult<unknown>;
    try {
      step = await withContext(this.context, () => this.iterator.next());
    } catch (error) {
      // What threw has ended by itself.
      this.isEnded = true;
      this.failed(error);
      return;
    }
    if (step.done === true) {
      this.isEnded = true;
      this.stream.complete();
      return;
    }
    try {
      this.stream.push(step.value);
    } catch (error) {
      this.failed(error);
    }
  }
}

/** Tells what it tells, whether or not the reader keeps up. */
class PushingSource implements StreamSource {
  private subscription: Subscription | undefined;
  private isStopped = false;
  /** What was thrown when nobody wanted it any more. */
  private problem: { readonly error: unknown } | undefined;

  constructor(
    private readonly observable: Observable<unknown>,
    private readonly stream: ServedStream,
    private readonly context: OpeningCall,
    private readonly failed: SourceFailed,
  ) {
    stream.onFull = () => this.stop();
  }

  begin(): void {
    // An Observable that tells much at once is stopped in the midst of it.
    const wanted = this.observable.pipe(takeWhile(() => !this.isStopped));
    this.subscription = withContext(this.context, () =>
      wanted.subscribe({
        next: (value) => this.push(value),
        error: (error: unknown) => this.failed(error),
        complete: () => this.stream.complete(),
      }),
    );
    if (this.isStopped) this.stop();
  }

  async end(): Promise<void> {
    this.stop();
    await Promise.resolve();
    if (this.problem !== undefined) throw this.problem.error;
  }

  private push(value: unknown): void {
    try {
      this.stream.push(value);
    } catch (error) {
      this.failed(error);
      this.stop();
    }
  }

  private stop(): void {
    this.isStopped = true;
    try {
      this.subscription?.unsubscribe();
    } catch (error) {
      this.problem ??= { error };
    }
  }
}
