/** Two clocks of quartz part by less than this, in parts of a whole. */
const WORST_DRIFT = 200e-6;

/** A round trip within this time tells the clock well enough, in milliseconds. */
const GOOD_ROUND_TRIP_MS = 20;

const FIRST_REFRESH_MS = 200;
const LONGEST_REFRESH_MS = 30_000;

/** The server's clock as it told it, between two moments of this process's `performance.now()`, in milliseconds. */
export interface ClockReading {
  readonly clock: number;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/**
 * What the clock of a server reads. It is never taken to be later than it is, so that a deadline on it is never too
 * late: how long the question took on its way is not known, so the clock counts as read when the answer arrived, and
 * what the clocks may have drifted apart since then is taken off.
 */
export class ServerClock {
  private best: ClockReading;
  private refreshMs: number;

  constructor(first: ClockReading) {
    this.best = first;
    this.refreshMs = isGood(first) ? LONGEST_REFRESH_MS : FIRST_REFRESH_MS;
  }

  /** When it is to be read again, in milliseconds from the last time: soon after a round trip that took long. */
  get refreshAfterMs(): number {
    return this.refreshMs;
  }

  add(reading: ClockReading): void {
    if (this.at(reading.answeredAt) < reading.clock) this.best = reading;
    this.refreshMs = isGood(reading) ? LONGEST_REFRESH_MS : Math.min(this.refreshMs * 2, LONGEST_REFRESH_MS);
  }

  /** @param moment - Of `performance.now()` of this process, at or after the last reading. */
  at(moment: number): number {
    const { clock, answeredAt } = this.best;
    return clock + (moment - answeredAt) * (1 - WORST_DRIFT);
  }
}

function isGood({ askedAt, answeredAt }: ClockReading): boolean {
  return answeredAt - askedAt <= GOOD_ROUND_TRIP_MS;
}
