import { type ClockReading, USUAL_DRIFT, WORST_DRIFT } from "./server-clock";

/** A span of this process's `performance.now()` in which something happened. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** A moment on the clock of `performance.now()` of this process, in milliseconds, and how far off it may be. */
export interface LocalMoment {
  readonly at: number;
  readonly uncertaintyMs: number;
}

/**
 * Two clocks part by less than this, in parts of a whole, also while programs correct both at the pace that systems
 * allow them (500 ppm, adjtimex), beside what the quartz does.
 */
const DRIFT = 1e-3 + USUAL_DRIFT;

/** Readings that are kept: the best of the last half minute or so. */
const MAX_READINGS = 8;

/**
 * When something that a server stamped with its clock happened, on the clock of this process. Each reading of the
 * server's clock says that it was read between the question and the answer; what all readings together allow is known.
 * Unlike {@link ServerClock} it errs to neither side, and says by how much it may.
 */
export class ClockEstimate {
  private readings: ClockReading[] = [];
  private drift = DRIFT;

  constructor(first: ClockReading) {
    this.readings.push(first);
  }

  add(reading: ClockReading): void {
    const { from, until } = this.spanOf(reading.clock, DRIFT);
    const isApart = reading.askedAt > until || reading.answeredAt < from;
    if (isApart) {
      // One of the clocks was set, or is corrected faster than usual: what was known before says nothing any more.
      this.readings = [];
      this.drift = WORST_DRIFT;
    } else {
      this.drift = DRIFT;
    }
    this.readings.push(reading);
    if (this.readings.length > MAX_READINGS) this.forgetWorst(reading.answeredAt);
  }

  /**
   * When the server's clock read so much.
   *
   * @param clock - In milliseconds.
   * @param arrivedAt - When that was told here: it had happened by then.
   */
  momentOf(clock: number, arrivedAt: number): LocalMoment {
    const { from, until } = this.spanOf(clock, this.drift);
    const latest = Math.min(until, arrivedAt);
    // The other way round the clocks parted faster than usual since the last reading.
    const [first, last] = from <= latest ? [from, latest] : [Math.min(latest, this.earliest(clock)), latest];
    return { at: (first + last) / 2, uncertaintyMs: (last - first) / 2 };
  }

  /** By the last reading alone, however fast the clocks part. */
  private earliest(clock: number): number {
    const last = this.readings.at(-1);
    return last === undefined ? -Infinity : spanBy(last, clock, WORST_DRIFT).from;
  }

  private spanOf(clock: number, drift: number): Span {
    let [from, until] = [-Infinity, Infinity];
    for (const reading of this.readings) {
      const span = spanBy(reading, clock, drift);
      from = Math.max(from, span.from);
      until = Math.min(until, span.until);
    }
    return { from, until };
  }

  private forgetWorst(now: number): void {
    const widths = this.readings.map(
      ({ askedAt, answeredAt }) => answeredAt - askedAt + 2 * DRIFT * (now - answeredAt),
    );
    this.readings.splice(widths.indexOf(Math.max(...widths)), 1);
  }
}

/** When the clock read so much, by one reading of it. */
function spanBy(reading: ClockReading, clock: number, drift: number): Span {
  const passed = clock - reading.clock;
  const parted = Math.abs(passed) * drift;
  return { from: reading.askedAt + passed - parted, until: reading.answeredAt + passed + parted };
}
