import { CallAbortedError, messageOf } from "../errors";

/**
 * Runs something that settles by itself, and makes it fail at its deadline or when a caller's signal aborts.
 *
 * @param start - Gets `settle` functions; returns what frees its resources, which is called in every case.
 * @param timedOut - The error at the deadline.
 */
export function withDeadline<T>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  timedOut: () => Error,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal));
      return;
    }
    let free: () => void = () => undefined;
    let settled = false;
    const settle = (outcome: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      free();
      outcome();
    };
    const onAbort = () => settle(() => reject(aborted(signal)));
    const timer = setTimeout(() => settle(() => reject(timedOut())), timeoutMs);
    signal?.addEventListener("abort", onAbort);
    try {
      free = start(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    } catch (error) {
      settle(() => reject(error instanceof Error ? error : new Error(messageOf(error))));
    }
  });
}

function aborted(signal: AbortSignal | undefined): CallAbortedError {
  return new CallAbortedError("the request to the RPyC registry was aborted", {}, { cause: signal?.reason });
}
