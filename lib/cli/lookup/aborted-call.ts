import { type MethodContract } from "../../contract/service-contract";
import { pause } from "../../time/pause";
import { type OpenedDevice } from "./opened-device";

/** So long a device may take to end a method, in milliseconds; a second Ctrl-C ends the wait. */
const LOOK_FOR_MS = 2_000;
const LOOK_EVERY_MS = 100;
const ANSWER_MS = 1_000;

/**
 * What became of a call that was given up while it ran.
 *
 * @returns In a few words; nothing where the device does not tell: an original, or a method that runs at once.
 */
export async function fateOf(
  { client, inventory }: OpenedDevice,
  { wireName, concurrent }: MethodContract,
): Promise<string | undefined> {
  if (inventory.rigwire === undefined || concurrent) return undefined;
  const until = performance.now() + LOOK_FOR_MS;
  for (;;) {
    const answer = await client.inventory({ timeoutMs: ANSWER_MS }).catch(() => undefined);
    if (answer === undefined) return "the device does not answer";
    const running = answer.rigwire?.running;
    if (running?.method !== wireName) return `${wireName} does not run any more`;
    if (performance.now() > until) {
      return `the device still runs ${wireName} after ${LOOK_FOR_MS / 1_000} s, called by ${running.client}`;
    }
    await pause(LOOK_EVERY_MS);
  }
}
