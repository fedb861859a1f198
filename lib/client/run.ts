import { type Observable, ReplaySubject } from "rxjs";
import { convertValue } from "../contract/convert-value";
import { type ValueType } from "../contract/value-type";
import { ContractError } from "../errors";
import { onAbort } from "../time/abort-listeners";
import { type ProgressListener } from "./outgoing-call";

/**
 * A call of a method that tells how far it has come: a promise of its result.
 *
 * ```ts
 * const run = stage.moveTo(25);
 * run.progress$.subscribe((position) => draw(position));
 * const reached = await run;
 * ```
 */
export interface Run<R, P = unknown> extends Promise<R> {
  /**
   * What the method tells, in order. Whoever subscribes later gets the newest first. Completes when the call ends,
   * however it ends: what went wrong is told by the promise alone.
   *
   * A reader that is too slow gets the newest; {@link skipped} counts what it did not get.
   */
  readonly progress$: Observable<P>;
  /** How often the method told something so far that did not come here, since something newer took its place. */
  readonly skipped: number;
  /**
   * Gives the call up: it rejects with a `CallAbortedError`. The device ends the method: a generator at its next yield,
   * and what stands in its `finally` runs. Does nothing once the call has ended.
   *
   * @param reason - The `cause` of the error.
   */
  cancel(reason?: unknown): void;
}

/**
 * A call whose method tells progress by `CallContext.current().progress(value)`: TypeScript sees a promise there, as of
 * any other method.
 *
 * ```ts
 * const run: Run<void, number> = runOf(stage.home());
 * ```
 *
 * @param call - As the remote's method gave it, not what `then` or an `async` function made of it.
 * @throws ContractError if the method declares no progress, or the promise is another one.
 */
export function runOf<R, P = unknown>(call: Promise<R>): Run<R, P> {
  if (call instanceof RemoteRun) return call as Run<R, P>;
  throw new ContractError(
    "this promise is not that of a remote method with progress: give it as the remote's method returned it, and let the " +
      "method declare progress: TYPE",
  );
}

/** What is known of a call while it is under way. */
export class RunProgress {
  readonly onProgress: ProgressListener = ({ seq, value }) => this.told(seq, value);
  private readonly values = new ReplaySubject<unknown>(1);
  readonly values$ = this.values.asObservable();
  private readonly giving = new AbortController();
  private readonly stopListening: (() => void) | undefined;
  private emitted = 0;
  private lastSeq = 0;
  private isUnfitTold = false;

  /**
   * @param type - What is told is of this type.
   * @param callerSignal - Gives the call up as well.
   * @param onUnfit - Gets the error of what is not of the type; once.
   */
  constructor(
    private readonly type: ValueType,
    callerSignal: AbortSignal | undefined,
    private readonly onUnfit: (error: unknown) => void,
  ) {
    if (callerSignal === undefined) return;
    const cancel = () => this.cancel(callerSignal.reason);
    if (callerSignal.aborted) cancel();
    else this.stopListening = onAbort(callerSignal, cancel);
  }

  /** Gives the call up. */
  get signal(): AbortSignal {
    return this.giving.signal;
  }

  get skipped(): number {
    return this.lastSeq - this.emitted;
  }

  cancel(reason?: unknown): void {
    this.giving.abort(reason);
  }

  /** The call has ended. */
  end(): void {
    this.stopListening?.();
    this.values.complete();
  }

  private told(seq: number, value: unknown): void {
    // Whoever counts backwards is no device of ours.
    if (seq <= this.lastSeq) return;
    this.lastSeq = seq;
    let converted: unknown;
    try {
      converted = convertValue(this.type, value, "progress", []);
    } catch (error) {
      if (!this.isUnfitTold) this.onUnfit(error);
      this.isUnfitTold = true;
      return;
    }
    this.emitted += 1;
    this.values.next(converted);
  }
}

/** A promise that knows how far its call has come; what `then` makes of it is an ordinary one. */
export class RemoteRun extends Promise<unknown> implements Run<unknown> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly progress$: Observable<unknown>;

  /** @param begin - Makes the call. */
  constructor(
    private readonly progress: RunProgress,
    begin: () => Promise<unknown>,
  ) {
    super((resolve, reject) => {
      begin().then(
        (result) => {
          progress.end();
          resolve(result);
        },
        (error: unknown) => {
          progress.end();
          // What ended the call goes on to whoever awaits it.
          reject(error);
        },
      );
    });
    this.progress$ = progress.values$;
  }

  get skipped(): number {
    return this.progress.skipped;
  }

  cancel(reason?: unknown): void {
    this.progress.cancel(reason);
  }
}
