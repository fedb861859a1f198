const LOOK_EVERY_MS = 100;

/**
 * Calls back when npm, which started this program, is gone: a signal that ends npm ends its shell, but does not reach
 * the program behind it.
 */
export function whenNpmEnds(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS);
  timer.unref();
}
