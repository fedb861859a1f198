import { type Timer } from "../platform/platform";
import { MAX_TIMER_MS } from "./max-timer";

/** What has to be done with until then. */
export interface Due {
  /** On the clock of `performance.now()`, in milliseconds; Infinity for never. */
  readonly dueAt: number;
}

/**
 * Many deadlines on one timer. What is due is told in one sweep, so that a call costs no timer of its own.
 */
export class Deadlines<T extends Due> {
  private timer: Timer | undefined;
  private armedFor = Infinity;

  /**
   * @param items - Looked at when the timer fires. Whoever adds an item, or changes when one is due, calls `watch`;
   *   the owner takes out what is done with.
   * @param onDue - Gets each item whose time has come; it must take it out.
   */
  constructor(
    private readonly items: Iterable<T>,
    private readonly onDue: (item: T) => void,
  ) {}

  /** @param at - When an item is due, on the clock of `performance.now()`, in milliseconds. */
  watch(at: number): void {
    if (at < this.armedFor) this.arm(at);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.armedFor = Infinity;
  }

  private arm(at: number): void {
    clearTimeout(this.timer);
    this.armedFor = at;
    this.timer = setTimeout(
      () => this.sweep(),
      Math.min(Math.max(at - performance.now(), 0) + 1, MAX_TIMER_MS),
    );
  }

  private sweep(): void {
    // The timer is not stopped where an item is taken out: to do so for every call would cost more than this.
    this.stop();
    const now = performance.now();
    let next = Infinity;
    for (const item of this.items) {
      const { dueAt } = item;
      if (dueAt <= now) this.onDue(item);
      else next = Math.min(next, dueAt);
    }
    this.watch(next);
  }
}
