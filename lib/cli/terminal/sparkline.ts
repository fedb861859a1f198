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
