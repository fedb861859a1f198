/** Samples that are kept of a plot. A plot of more would show no more: a screen has fewer columns. */
const MOST_SAMPLES = 4_096;

/** Of so many samples in a row the least and the largest of each line stay when room is needed. */
const THINNED_FROM = 4;

/** Older samples are forgotten, in seconds. */
const LONGEST_SECONDS = 3_600;

/**
 * What a number, or several in a row, was over time. However fast it changes, it takes the same memory: the older
 * samples are thinned out, and their peaks stay.
 */
export class History {
  private times: number[] = [];
  private readonly lines: (number | null)[][];

  /** @param count - How many numbers each sample has. */
  constructor(count: number) {
    this.lines = Array.from({ length: count }, () => []);
  }

  get length(): number {
    return this.times.length;
  }

  /** The times, then each line: what uPlot draws. */
  get data(): [number[], ...(number | null)[][]] {
    return [this.times, ...this.lines];
  }

  /** The same, with the newest values up to a later time. */
  heldUntil(time: number): [number[], ...(number | null)[][]] {
    return [[...this.times, time], ...this.lines.map((line) => [...line, line.at(-1) ?? null])];
  }

  /**
   * @param time - In seconds; never before the last one.
   * @param values - One a line; what is no number is a gap.
   */
  add(time: number, values: readonly unknown[]): void {
    this.times.push(time);
    for (const [index, line] of this.lines.entries()) {
      const value = values[index];
      line.push(typeof value === "number" && Number.isFinite(value) ? value : null);
    }
    if (this.times.length > MOST_SAMPLES) this.makeRoom(time);
  }

  /** Thins out the older half. */
  private makeRoom(now: number): void {
    const half = MOST_SAMPLES / 2;
    const start = this.times.findIndex((time) => time >= now - LONGEST_SECONDS);
    const times = this.times.slice(start, half).filter((_, at) => at % THINNED_FROM < 2);
    this.times = [...times, ...this.times.slice(Math.max(half, start))];
    for (const [index, line] of this.lines.entries()) {
      const thinned = thin(line.slice(start, half));
      this.lines[index] = [...thinned.slice(0, times.length), ...line.slice(Math.max(half, start))];
    }
  }
}

/** Of each few values the least and the largest, in the order in which they came. */
function thin(line: readonly (number | null)[]): (number | null)[] {
  const kept: (number | null)[] = [];
  for (let at = 0; at < line.length; at += THINNED_FROM) {
    const group = line.slice(at, at + THINNED_FROM);
    const numbers = group.filter((value) => value !== null);
    if (group.length === 1 || numbers.length === 0) kept.push(...group.slice(0, 2));
    else {
      const least = Math.min(...numbers);
      const largest = Math.max(...numbers);
      kept.push(...(group.indexOf(least) <= group.indexOf(largest) ? [least, largest] : [largest, least]));
    }
  }
  return kept;
}
