import {
  defer,
  firstValueFrom,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  switchMap,
  throwError,
  throwIfEmpty,
  timeout,
} from "rxjs";

/** How long an answer to a message is waited for (iblutil io.net). */
export const DEFAULT_ANSWER_TIMEOUT_MS = 10_000;

/** What is waited for, and what ends the wait. */
export interface AnswerWait<T> {
  /** The first of these is the answer; it completes when the communicator closes. */
  readonly answers$: Observable<T>;
  /** The first of these ends the wait. */
  readonly errors$?: Observable<Error>;
  /** Sends the question, once its answer is listened for. If it fails, so does the wait. */
  readonly send?: () => Promise<void>;
  /** Runs from the sending on; `undefined` waits for ever. */
  readonly timeoutMs: number | undefined;
  readonly onTimeout: () => Error;
  readonly onClosed: () => Error;
}

/** Listens, then sends, then waits: no answer can be too quick. */
export function awaitAnswer<T>(wait: AnswerWait<T>): Promise<T> {
  const { answers$, errors$ = NEVER, send = () => Promise.resolve(), timeoutMs, onTimeout, onClosed } = wait;
  const failed$ = errors$.pipe(switchMap((error) => throwError(() => error)));
  const sent$ = defer(send).pipe(ignoreElements());
  const outcome$ = merge(answers$.pipe(throwIfEmpty(onClosed)), failed$, sent$);
  return firstValueFrom(
    timeoutMs === undefined
      ? outcome$
      : outcome$.pipe(timeout({ first: timeoutMs, with: () => throwError(onTimeout) })),
  );
}
