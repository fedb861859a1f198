import { withDeadline } from "../time/with-deadline";
import { DeviceUnavailableError } from "../errors";

/**
 * The first answer that has something in it; nothing if all have come without, or the time is up.
 *
 * @param timeoutMs - Default: until all have come.
 */
export async function firstFound<T>(
  answers: readonly Promise<readonly T[]>[],
  timeoutMs?: number,
): Promise<readonly T[] | undefined> {
  const found = answers.map(async (answer) => {
    const items = await answer;
    if (items.length === 0) throw new Error("nothing");
    return items;
  });
  const first = Promise.any(found).catch(() => undefined);
  return timeoutMs === undefined ? first : withDeadline(first, timeoutMs, () => undefined);
}

/**
 * An answer that comes in time.
 *
 * @throws DeviceUnavailableError if it does not.
 */
export function within<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  return withDeadline(answer, timeoutMs, () => {
    throw new DeviceUnavailableError(`no answer within ${timeoutMs} ms`);
  });
}
