/** How long a {@link Backoff} waits. */
export interface BackoffOptions {
  /** The first wait, in milliseconds. Default 50. */
  readonly firstMs?: number;
  /** What the waits grow to, in milliseconds. Default 1,000. */
  readonly longestMs?: number;
  /** Each wait is multiplied by a random number of this range. Default 0.5 to 1. */
  readonly jitter?: readonly [least: number, most: number];
}

/** Waits between attempts that fail: twice as long each time, up to a limit, and never in step with others. */
export class Backoff {
  private readonly firstMs: number;
  private readonly longestMs: number;
  private readonly jitter: readonly [least: number, most: number];
  private nextMs: number;

  constructor({ firstMs = 50, longestMs = 1_000, jitter = [0.5, 1] }: BackoffOptions = {}) {
    this.firstMs = Math.min(firstMs, longestMs);
    this.longestMs = longestMs;
    this.jitter = jitter;
    this.nextMs = this.firstMs;
  }

  /** Begins anew, after a success. */
  reset(): void {
    this.nextMs = this.firstMs;
  }

  /** The next wait, in milliseconds. */
  next(): number {
    const [least, most] = this.jitter;
    const wait = this.nextMs * (least + Math.random() * (most - least));
    this.nextMs = Math.min(this.nextMs * 2, this.longestMs);
    return wait;
  }
}
