import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { type Logger } from "../log/logger";
import { type MissedSignals } from "./signal-sequences";

/** A burst is over when nothing was missed for this long, in milliseconds, or at the latest after the second time. */
const QUIET_MS = 1_000;
const LONGEST_BURST_MS = 10_000;

interface Burst {
  count: number;
  readonly startedAt: number;
  timer: Timer;
}

/** Logs signals that did not arrive: one line for each signal and burst, with their number. */
export class MissedLog {
  private readonly bursts = new Map<string, Burst>();

  /**
   * @param device - What the device is called at the time.
   */
  constructor(
    private readonly log: Logger,
    private readonly device: () => string,
  ) {}

  add({ signal, count }: MissedSignals): void {
    const burst = this.bursts.get(signal);
    if (burst === undefined) {
      this.bursts.set(signal, {
        count,
        startedAt: performance.now(),
        timer: this.endAfter(signal, QUIET_MS),
      });
      return;
    }
    clearTimeout(burst.timer);
    burst.count += count;
    const leftMs = burst.startedAt + LONGEST_BURST_MS - performance.now();
    burst.timer = this.endAfter(signal, Math.min(QUIET_MS, Math.max(leftMs, 0)));
  }

  /** Logs what was not logged yet. */
  close(): void {
    for (const signal of [...this.bursts.keys()]) this.end(signal);
  }

  private endAfter(signal: string, delayMs: number): Timer {
    const timer = setTimeout(() => this.end(signal), delayMs);
    platform().unref(timer);
    return timer;
  }

  private end(signal: string): void {
    const burst = this.bursts.get(signal);
    if (burst === undefined) return;
    clearTimeout(burst.timer);
    this.bursts.delete(signal);
    const device = this.device();
    this.log.warn({ device, signal, count: burst.count }, `${device}.${signal}: ${burst.count} missed`);
  }
}
