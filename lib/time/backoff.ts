const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/** Waits between attempts that fail: twice as long each time, up to one second, and never in step with others. */
export class Backoff {
  private nextMs = FIRST_MS;

  reset(): void {
    this.nextMs = FIRST_MS;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const wait = this.nextMs * (0.5 + Math.random() / 2);
    this.nextMs = Math.min(this.nextMs * 2, LONGEST_MS);
    return wait;
  }
}
