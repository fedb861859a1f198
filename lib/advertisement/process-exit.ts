/** What ends a process by itself, and can be heard. */
const ENDING_SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32"
    ? ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

const pending = new Set<() => void>();

/**
 * Runs something, synchronously, when this process ends: by itself, by `process.exit`, by an error, or by SIGINT,
 * SIGTERM, SIGHUP or SIGQUIT. How it ends does not change: a signal that nobody else listens to ends it with that
 * signal; one that somebody listens to is left to them. Nothing listens while nothing is to be run.
 *
 * @returns Takes it back.
 */
export function beforeProcessEnds(run: () => void): () => void {
  if (pending.size === 0) listen();
  pending.add(run);
  return () => {
    if (pending.delete(run) && pending.size === 0) stopListening();
  };
}

function listen(): void {
  process.on("exit", runPending);
  ENDING_SIGNALS.forEach(listenTo);
}

function listenTo(signal: NodeJS.Signals): void {
  // Others who end the process themselves look whether they are alone; in front, there is time to step aside.
  process.prependListener(signal, endBy);
}

function stopListening(): void {
  process.off("exit", runPending);
  for (const signal of ENDING_SIGNALS) process.off(signal, endBy);
}

function endBy(signal: NodeJS.Signals): void {
  process.off(signal, endBy);
  if (process.listenerCount(signal) === 0) {
    runPending();
    process.kill(process.pid, signal);
    return;
  }
  setImmediate(() => {
    if (pending.size > 0 && !process.listeners(signal).includes(endBy)) listenTo(signal);
  });
}

function runPending(): void {
  const runs = [...pending];
  pending.clear();
  stopListening();
  for (const run of runs) run();
}
