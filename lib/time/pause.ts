import { platform } from "../platform/current";
import { MAX_TIMER_MS } from "./max-timer";

/**
 * Waits for a time, or until a signal aborts, whichever is sooner.
 *
 * @param ms - Milliseconds; what is longer than {@link MAX_TIMER_MS} counts as that.
 * @param options.signal - Ends the wait early; that is no error.
 * @param options.ref - Whether the wait keeps the process alive. Default true.
 */
export function pause(
  ms: number,
  options: { readonly signal?: AbortSignal | undefined; readonly ref?: boolean } = {},
): Promise<void> {
  const { signal, ref = true } = options;
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS));
    if (!ref) platform().unref(timer);
    signal?.addEventListener("abort", end, { once: true });
  });
}
