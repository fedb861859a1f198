import { type Begun } from "./journal";

/** Knows when a server last looked at the clock by which it begins commands. */
export interface WatchedClock {
  /** @param deadline - On the clock of `performance.now()`. @returns Both on the shared clock. */
  lookFor(deadline: number | undefined): Begun["look"];
}
