const LOOK_EVERY_MS = 100;

/** What a shell says of a program that SIGINT or SIGTERM ended. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Calls back when a person or npm ends this program: by Ctrl-C, by SIGTERM, or because npm is gone. */
export function whenInterrupted(end: (exitCode: number) => void): void {
  process.once("SIGINT", () => end(EXIT_CODES.SIGINT));
  process.once("SIGTERM", () => end(EXIT_CODES.SIGTERM));
  whenNpmEnds(() => end(EXIT_CODES.SIGTERM));
}

/** Calls back when the program or the npm that started this one is gone, however early that is. */
export function whenStarterEnds(end: () => void): void {
  whenNpmEnds(end);
  if (process.send === undefined) return;
  process.once("disconnect", end);
  if (!process.connected) end();
}

/** A signal that ends npm ends its shell, but does not reach the program behind it. */
function whenNpmEnds(end: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_EVERY_MS);
  timer.unref();
}
