/** What part of the time is spent before the measurement begins, so that the code is compiled. */
const WARM_UP = 0.4;

/**
 * Keeps so many calls under way for a while.
 *
 * @param call - Gets which of the calls it is, from 0; it is called again when that one was answered.
 * @returns Calls a second, counted after the warm-up.
 */
export async function inFlight(
  count: number,
  ms: number,
  call: (place: number) => Promise<unknown>,
): Promise<number> {
  const from = performance.now() + ms * WARM_UP;
  const until = from + ms;
  let firstAt = 0;
  let lastAt = 0;
  let answered = 0;
  const keepCalling = async (place: number) => {
    for (;;) {
      await call(place);
      const now = performance.now();
      if (now < from) continue;
      if (firstAt === 0) firstAt = now;
      else answered++;
      lastAt = now;
      if (now >= until) return;
    }
  };
  await Promise.all(Array.from({ length: count }, (_, place) => keepCalling(place)));
  return (answered * 1_000) / (lastAt - firstAt);
}
