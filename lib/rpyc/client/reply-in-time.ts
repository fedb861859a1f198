import { CallAbortedError } from "../../errors";
import { onAbort } from "../../time/abort-listeners";
import { deferred } from "../../time/deferred";
import { withDeadline } from "../../time/with-deadline";

/**
 * Runs something that settles by itself, and makes it fail at its deadline or when a caller's signal aborts.
 *
 * @param start - Gets `settle` functions; returns what frees its resources, which is called in every case.
 * @param timedOut - The error at the deadline.
 */
export async function replyInTime<T>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  timedOut: () => Error,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  if (signal?.aborted === true) throw aborted(signal);
  const { promise, resolve, reject } = deferred<T>();
  const endListening = signal && onAbort(signal, () => reject(aborted(signal)));
  let free: (() => void) | undefined;
  try {
    free = start(resolve, reject);
    return await withDeadline(promise, timeoutMs, () => {
      throw timedOut();
    });
  } finally {
    free?.();
    endListening?.();
  }
}

function aborted(signal: AbortSignal): CallAbortedError {
  return new CallAbortedError("the request to the RPyC registry was aborted", {}, { cause: signal.reason });
}
