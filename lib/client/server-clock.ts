/** Two clocks of quartz part by less than this, in parts of a whole, where nobody corrects them. */
export const USUAL_DRIFT = 200e-6;

/**
 * A clock that is being corrected may run slower than another by as much: chrony slews by up to 1/12 unless told
 * otherwise (maxslewrate), and other programs by less.
 */
export const WORST_DRIFT = 0.1;

/** A round trip within this time tells the clock well enough, in milliseconds. */
const GOOD_ROUND_TRIP_MS = 20;

const FIRST_REFRESH_MS = 200;
const LONGEST_REFRESH_MS = 30_000;

/** How much of the time that is left may be lost to not knowing the clock better, and what may be lost in any case. */
const TOLERABLE_PART = 0.2;
const TOLERABLE_MS = 2;

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
  private latest: ClockReading;
  private refreshMs: number;
  /** How fast the server's clock is known to run at least, in parts of this one. */
  private rate = 1 - USUAL_DRIFT;

  constructor(first: ClockReading) {
    this.best = first;
    this.latest = first;
    this.refreshMs = isGood(first) ? LONGEST_REFRESH_MS : FIRST_REFRESH_MS;
  }

  /** When it is to be read again, in milliseconds from the last time: soon after a round trip that took long. */
  get refreshAfterMs(): number {
    return this.refreshMs;
  }

  add(reading: ClockReading): void {
    const { clock, askedAt, answeredAt } = reading;
    const latestItCanBe = clock + (answeredAt - askedAt) * (1 + USUAL_DRIFT);
    const isSlow = latestItCanBe < this.at(answeredAt);
    this.rate = isSlow ? slowestRate(this.latest, reading) : 1 - USUAL_DRIFT;
    if (isSlow || this.at(answeredAt) < clock) this.best = reading;
    this.latest = reading;
    this.refreshMs = isGood(reading) ? LONGEST_REFRESH_MS : Math.min(this.refreshMs * 2, LONGEST_REFRESH_MS);
  }

  /**
   * What it reads if nobody corrects it.
   *
   * @param moment - Of `performance.now()` of this process, at or after the last reading.
   */
  at(moment: number): number {
    const { clock, answeredAt } = this.best;
    return clock + (moment - answeredAt) * (1 - USUAL_DRIFT);
  }

  /** How much later than it is `at` may take the clock to be where somebody corrects it; grows with time. */
  errorAt(moment: number): number {
    const surely = ({ clock, answeredAt }: ClockReading) => clock + (moment - answeredAt) * (1 - WORST_DRIFT);
    return Math.max(this.at(moment) - Math.max(surely(this.best), surely(this.latest)), 0);
  }

  /** Whether it is known well enough to stamp a deadline that is so far off, in milliseconds. */
  isGoodFor(remainingMs: number, now: number): boolean {
    return this.errorAt(now) <= Math.max(remainingMs * TOLERABLE_PART, TOLERABLE_MS);
  }

  /**
   * The deadline to stamp a request with: what the server's clock reads at least when the caller's time is over.
   *
   * @param until - When that is, on the clock of `performance.now()`, as `now`.
   */
  deadline(now: number, until: number): number {
    return this.at(now) - this.errorAt(now) + (until - now) * this.rate;
  }
}

/** At least how fast the clock ran between two readings: the first may be old when it arrived, the second is not. */
function slowestRate(from: ClockReading, to: ClockReading): number {
  const passed = to.answeredAt - from.askedAt;
  const rate = passed > 0 ? (to.clock - from.clock) / passed : 1 - WORST_DRIFT;
  return Math.min(Math.max(rate, 1 - WORST_DRIFT), 1 - USUAL_DRIFT);
}

function isGood({ askedAt, answeredAt }: ClockReading): boolean {
  return answeredAt - askedAt <= GOOD_ROUND_TRIP_MS;
}
