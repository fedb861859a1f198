import { setTimeout as delay } from "node:timers/promises";

const LOOK_AGAIN_MS = 10;

/** Looks again and again until something holds. For what nobody tells of; fails at the deadline. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 5_000,
): Promise<void> {
  const until = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(LOOK_AGAIN_MS);
  }
}
