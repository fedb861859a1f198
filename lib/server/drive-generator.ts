import { type AnyGenerator } from "../contract/generators";
import { platform } from "../platform/current";
import { withContext } from "./call-context";
import { type FailureLog } from "./failure-log";
import { type ServedRequest } from "./served-request";

/** A generator that never waits holds up everything else for no longer than this, in milliseconds. */
const LONGEST_WITHOUT_TURN_MS = 5;

/** So often may a generator yield after it was told to end: enough for one that says how its clearing up goes on. */
const MAX_YIELDS_AT_END = 100;

/** A generator was told to end before it returned. */
export const ENDED = Symbol("ended");

/**
 * Runs a method that yields: what it yields is its progress. Where its caller gave up it is ended at its next yield, as
 * `return()` does, so that what stands in its `finally` runs.
 *
 * @returns What it returned; {@link ENDED} where it did not come so far.
 * @throws what it throws.
 */
export async function driveGenerator(
  generator: AnyGenerator,
  call: ServedRequest,
  log: FailureLog,
): Promise<unknown> {
  // Asked for in any case: it watches the deadline.
  const { signal } = call;
  let turnAt = performance.now();
  for (;;) {
    const { done, value } = await withContext(call, () => generator.next());
    if (done === true) return value;
    call.tell(value);
    if (performance.now() - turnAt > LONGEST_WITHOUT_TURN_MS) {
      await new Promise<void>((resolve) => platform().nextTurn(resolve));
      turnAt = performance.now();
    }
    if (!signal.aborted) continue;
    await endGenerator(generator, call, log);
    return ENDED;
  }
}

/**
 * What clears up runs to its end, also where it yields. One that goes on for ever is left at a yield, where it does
 * nothing any more.
 */
export async function endGenerator(
  generator: AnyGenerator,
  call: ServedRequest,
  log: FailureLog,
): Promise<void> {
  let step = await withContext(call, () => generator.return(undefined));
  if (step.done === true) return;
  log.yieldsAtEnd(call);
  for (let yields = 1; yields < MAX_YIELDS_AT_END; yields++) {
    call.tell(step.value);
    step = await withContext(call, () => generator.next());
    if (step.done === true) return;
  }
  log.leftUnended(call);
}
