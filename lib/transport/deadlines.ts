/**
 * Many deadlines on one timer. What is due is told in one sweep, so that a call costs no timer of its own.
 */
export class Deadlines<T> {
  private readonly dueAt = new Map<T, number>();
  private timer: NodeJS.Timeout | undefined;
  private armedFor = Infinity;

  /**
   * @param onDue - Gets each item whose time has come, once.
   */
  constructor(private readonly onDue: (item: T) => void) {}

  /** @param at - When the item is due, on the clock of `performance.now()`, in milliseconds. */
  set(item: T, at: number): void {
    this.dueAt.set(item, at);
    if (at < this.armedFor) this.arm(at);
  }

  delete(item: T): void {
    // The timer stays: to stop and start it for every call would cost more than one sweep over nothing.
    this.dueAt.delete(item);
  }

  /** Forgets everything and stops the timer. */
  clear(): void {
    this.dueAt.clear();
    this.disarm();
  }

  private arm(at: number): void {
    clearTimeout(this.timer);
    this.armedFor = at;
    this.timer = setTimeout(
      () => this.sweep(),
      Math.min(Math.max(at - performance.now(), 0) + 1, MAX_TIMER_MS),
    );
  }

  private disarm(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.armedFor = Infinity;
  }

  private sweep(): void {
    this.disarm();
    const now = performance.now();
    let next = Infinity;
    for (const [item, at] of this.dueAt) {
      if (at > now) {
        next = Math.min(next, at);
        continue;
      }
      this.dueAt.delete(item);
      this.onDue(item);
    }
    if (next < this.armedFor && this.dueAt.size > 0) this.arm(next);
  }
}

/** What a timer of Node can hold; longer waits are armed again. */
const MAX_TIMER_MS = 2 ** 31 - 1;
