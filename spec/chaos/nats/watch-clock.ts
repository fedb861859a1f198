import { systemClocks, useClocks } from "../../../lib/server/device-time";
import { sharedNow } from "../journal";
import { type WatchedClock } from "../watched-clock";

/** Who is held up between two clocks reads them too far apart: the least of so many is right. */
const READINGS = 100;

/** Watches the clock of the servers that this process opens from now on. */
export function watchClock(): WatchedClock {
  const aheads = Array.from({ length: READINGS }, () => -performance.now() + sharedNow());
  const ahead = Math.min(...aheads);
  let lookedAt = NaN;
  useClocks({
    ...systemClocks,
    monotonic: () => (lookedAt = systemClocks.monotonic()),
  });
  return {
    lookFor: (deadline) =>
      deadline === undefined ? undefined : { at: lookedAt + ahead, deadline: deadline + ahead },
  };
}
