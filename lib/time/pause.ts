import { platform } from "../platform/current";

/**
 * Waits for a time, or until a signal aborts, whichever is sooner.
 *
 * @param ms - Milliseconds.
 * @param options.signal - Ends the wait early; that is no error.
 * @param options.ref - Whether the wait keeps the process alive. Default true.
 */
export function pause(ms: number, options: { signal?: AbortSignal; ref?: boolean } = {}): Promise<void> {
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
    const timer = setTimeout(end, ms);
    if (!ref) platform().unref(timer);
    signal?.addEventListener("abort", end, { once: true });
  });
}
