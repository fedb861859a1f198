import { type Output } from "../terminal/output";

/** What every command works with. */
export interface Session {
  readonly output: Output;
  /** Aborted when the command shall end: Ctrl-C, SIGTERM, or nobody reads what it prints any more. */
  readonly signal: AbortSignal;
}

/** Resolves when the command shall end. */
export function untilStopped({ signal }: Session): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
