const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** The course of some numbers in one line, the lowest at the bottom; what is not finite leaves a gap. */
export function sparkline(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const lowest = Math.min(...finite);
  const range = Math.max(...finite) - lowest;
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return " ";
      // Nothing rises or falls: a line in the middle.
      const height = range === 0 ? 0.5 : (value - lowest) / range;
      return BARS[Math.min(Math.floor(height * BARS.length), BARS.length - 1)] ?? "";
    })
    .join("");
}

/** An array in so many numbers at most: of more, the mean of each part. What is not finite is left out of it. */
export function arrayCourse(data: ArrayLike<number | bigint>, columns: number): readonly number[] {
  const count = Math.min(columns, data.length);
  return Array.from({ length: count }, (_, column) => {
    const begin = Math.floor((column * data.length) / count);
    const end = Math.floor(((column + 1) * data.length) / count);
    let sum = 0;
    let finite = 0;
    for (let at = begin; at < end; at++) {
      const value = Number(data[at]);
      if (!Number.isFinite(value)) continue;
      sum += value;
      finite += 1;
    }
    return finite === 0 ? NaN : sum / finite;
  });
}

/** The last so many numbers. */
export class NumberCourse {
  private readonly values: number[] = [];

  constructor(private readonly length: number) {}

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > this.length) this.values.shift();
  }

  /** @param columns - Room for so many; the newest are shown. */
  toString(columns = Infinity): string {
    return sparkline(columns < this.values.length ? this.values.slice(-Math.max(1, columns)) : this.values);
  }
}
