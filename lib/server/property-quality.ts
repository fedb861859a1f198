import { Subject, type Observable, type Subscription } from "rxjs";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { MAX_TIMER_MS } from "../time/max-timer";
import { type ValueStamp } from "../wire/replies";

/** What the quality of a property depends on. */
export interface QualityOptions {
  /** The server's clock, in milliseconds. */
  readonly now: () => number;
  /** Beyond this age the value is stale; nothing where it is read anew each time. */
  readonly maxAgeMs: number | undefined;
  /** What the property's notify signal emits, where that is a Subject. */
  readonly emissions: Observable<unknown> | undefined;
  /** Called when the value becomes bad, with the reason. */
  readonly onBad: (reason: string) => void;
}

/** Whether the value of one property is good, as far as the server has seen, and how old it is. */
export class PropertyQuality {
  /** Emits when the value became stale or bad, bad for another reason, or good again. */
  readonly changed = new Subject<void>();
  private readonly servedAt: number;
  private updatedAt: number | undefined;
  private badReason: string | undefined;
  /** What was told last. */
  private told: string;
  private ageTimer: Timer | undefined;
  private subscription: Subscription | undefined;

  constructor(private readonly options: QualityOptions) {
    this.servedAt = options.now();
    this.told = this.state;
    if (options.maxAgeMs !== undefined) this.followEmissions();
  }

  /** The value was assigned or emitted: it is new, and not known to be bad. */
  updated(): void {
    if (this.options.maxAgeMs !== undefined) this.updatedAt = this.options.now();
    this.badReason = undefined;
    this.tell();
  }

  /** A read gave a value. */
  wasGood(): void {
    if (this.badReason === undefined) return;
    this.badReason = undefined;
    this.tell();
  }

  /** A read gave a bad value. */
  wasBad(reason: string): void {
    if (this.badReason === reason) return;
    this.badReason = reason;
    // From now on it matters when a good one comes.
    this.followEmissions();
    this.options.onBad(reason);
    this.tell();
  }

  /** What is told of a value that is being read now. */
  stamp(): ValueStamp {
    const { now, maxAgeMs } = this.options;
    const clock = now();
    if (maxAgeMs === undefined) return { time: clock, clock: undefined, stale: undefined };
    if (this.updatedAt === undefined) {
      return { time: this.servedAt, clock, stale: "it has not been updated since the device was served" };
    }
    const ageMs = clock - this.updatedAt;
    const stale =
      ageMs > maxAgeMs
        ? `it was updated ${inSeconds(ageMs)} ago, and is good for ${inSeconds(maxAgeMs)}`
        : undefined;
    return { time: this.updatedAt, clock, stale };
  }

  close(): void {
    clearTimeout(this.ageTimer);
    this.subscription?.unsubscribe();
  }

  private get state(): string {
    if (this.badReason !== undefined) return `bad: ${this.badReason}`;
    return this.freshForMs >= 0 ? "good" : "stale";
  }

  /** How long the value is not stale yet, in milliseconds. */
  private get freshForMs(): number {
    const { now, maxAgeMs } = this.options;
    if (maxAgeMs === undefined) return Infinity;
    return this.updatedAt === undefined ? -Infinity : this.updatedAt + maxAgeMs - now();
  }

  private tell(): void {
    this.watchAge();
    const { state } = this;
    if (state === this.told) return;
    this.told = state;
    this.changed.next();
  }

  /** One timer at a time, however often the value is updated meanwhile. */
  private watchAge(): void {
    const { freshForMs } = this;
    if (this.ageTimer !== undefined || freshForMs < 0 || freshForMs === Infinity) return;
    // A little later: of just that age it is good.
    const waitMs = Math.min(Math.floor(freshForMs) + 2, MAX_TIMER_MS);
    this.ageTimer = setTimeout(() => {
      this.ageTimer = undefined;
      this.tell();
    }, waitMs);
    platform().unref(this.ageTimer);
  }

  private followEmissions(): void {
    if (this.subscription !== undefined) return;
    // What a subject gives at once is the past (BehaviorSubject).
    let isReplay = true;
    this.subscription = this.options.emissions?.subscribe({
      next: () => {
        if (!isReplay) this.updated();
      },
      // The signal tells its end itself.
      error: () => undefined,
    });
    isReplay = false;
  }
}

function inSeconds(ms: number): string {
  return `${Number((ms / 1_000).toPrecision(2))} s`;
}
