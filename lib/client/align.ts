import { Observable, Subscription } from "rxjs";
import { AlignmentError, ValidationError } from "../errors";
import { type Timer } from "../platform/platform";
import { type Moment, momentOf, type Timed } from "./timed";

/** How {@link align} brings events together. */
export interface AlignOptions {
  /**
   * Which event of `b$` belongs to one of `a$`: the `"nearest"` in time, before or after it; or the last one `"before"`
   * it, which is what still holds where `b$` tells changes. Default `"nearest"`.
   */
  readonly pick?: "nearest" | "before";
  /**
   * How far apart the two may be, in milliseconds, with what is not known of their times. Default: 100 for the nearest,
   * any time for the last before.
   */
  readonly toleranceMs?: number;
  /**
   * How long after an event of `a$` the later event of `b$` may arrive by which it is settled what belongs to it, in
   * milliseconds; when that is over, what has come counts. Default 1,000.
   */
  readonly waitMs?: number;
  /** Events that are kept of each side. Default 10,000. */
  readonly maxKept?: number;
  /**
   * Gets each event of `a$` that stays without a partner, with the reason, and the rest goes on. Default: the first one
   * ends everything with that error.
   */
  readonly onRefused?: (refusal: AlignmentError) => void;
}

/** Two events that belong together. */
export interface Aligned<A extends Timed<unknown>, B extends Timed<unknown>> {
  readonly a: A;
  readonly b: B;
  /** How much later `b` happened than `a`, in milliseconds; negative where it was before. */
  readonly apartMs: number;
  /** `apartMs` is off by at most so much, in milliseconds: 0 where both are of one device. */
  readonly uncertaintyMs: number;
}

const DEFAULT_TOLERANCE_MS = 100;
const DEFAULT_WAIT_MS = 1_000;
const DEFAULT_MAX_KEPT = 10_000;

/**
 * Brings events of two devices together by the time when they happened: for each event of `a$` the one of `b$` that
 * belongs to it. Nothing is told that the clocks do not allow to be known.
 *
 * ```ts
 * align(withTime(camera.frameTaken), withTime(stage.moved), { toleranceMs: 20 }).subscribe(({ a, b }) => …);
 * ```
 *
 * @param a$ - What leads, such as frames.
 * @param b$ - Where the partners are, such as positions. It is listened to while `a$` goes on.
 * @returns Completes with `a$`. Fails with an {@link AlignmentError} where an event has no partner, or which one it is
 *   cannot be known, unless `onRefused` takes it; with what `a$` or `b$` fails with.
 * @throws ValidationError for an option that is out of its range.
 */
export function align<A extends Timed<unknown>, B extends Timed<unknown>>(
  a$: Observable<A>,
  b$: Observable<B>,
  options: AlignOptions = {},
): Observable<Aligned<A, B>> {
  for (const key of ["toleranceMs", "waitMs", "maxKept"] as const) {
    const value = options[key];
    if (value !== undefined && !(value >= (key === "maxKept" ? 1 : 0)))
      throw new ValidationError(`align(): ${key} is ${value}`);
  }
  return new Observable((observer) => {
    const alignment = new Alignment<A, B>(options, {
      pair: (aligned) => observer.next(aligned),
      refuse: (refusal) =>
        options.onRefused === undefined ? observer.error(refusal) : options.onRefused(refusal),
      end: () => observer.complete(),
    });
    const error = (problem: unknown) => observer.error(problem);
    const both = new Subscription(() => alignment.close());
    // First: at the moment of the first a, what is there of b shall be known.
    both.add(
      b$.subscribe({ next: (event) => alignment.addB(event), error, complete: () => alignment.endB() }),
    );
    both.add(
      a$.subscribe({ next: (event) => alignment.addA(event), error, complete: () => alignment.endA() }),
    );
    return both;
  });
}

interface Kept<E> {
  readonly event: E;
  readonly moment: Moment;
  /** Of `performance.now()`. */
  readonly arrivedAt: number;
}

interface Distance {
  /** How much later the second is, in milliseconds. */
  readonly ms: number;
  readonly uncertaintyMs: number;
}

interface Outcomes<A extends Timed<unknown>, B extends Timed<unknown>> {
  pair(aligned: Aligned<A, B>): void;
  refuse(refusal: AlignmentError): void;
  end(): void;
}

class Alignment<A extends Timed<unknown>, B extends Timed<unknown>> {
  private readonly pick: "nearest" | "before";
  private readonly toleranceMs: number;
  private readonly waitMs: number;
  private readonly maxKept: number;
  /** In the order of their arrival. */
  private waiting: Kept<A>[] = [];
  /** In the order of their times. */
  private partners: Kept<B>[] = [];
  /** Of the newest event that there was no room for. */
  private forgottenAt = -Infinity;
  private hasEndedA = false;
  private hasEndedB = false;
  private isClosed = false;
  private timer: Timer | undefined;

  constructor(
    options: AlignOptions,
    private readonly outcomes: Outcomes<A, B>,
  ) {
    this.pick = options.pick ?? "nearest";
    this.toleranceMs = options.toleranceMs ?? (this.pick === "nearest" ? DEFAULT_TOLERANCE_MS : Infinity);
    this.waitMs = options.waitMs ?? DEFAULT_WAIT_MS;
    this.maxKept = options.maxKept ?? DEFAULT_MAX_KEPT;
  }

  addA(event: A): void {
    this.waiting.push({ event, moment: momentOf(event), arrivedAt: performance.now() });
    if (this.waiting.length > this.maxKept) {
      const [oldest] = this.waiting.splice(0, 1);
      if (oldest !== undefined) this.refuse(oldest, "crowded", this.crowdedText());
    }
    this.settle();
  }

  addB(event: B): void {
    const kept = { event, moment: momentOf(event), arrivedAt: performance.now() };
    let place = this.partners.length;
    while (place > 0 && isLater(this.partners[place - 1], kept)) place -= 1;
    this.partners.splice(place, 0, kept);
    this.settle();
    this.forget();
  }

  endA(): void {
    this.hasEndedA = true;
    this.settle();
  }

  endB(): void {
    this.hasEndedB = true;
    this.settle();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.waiting = [];
    this.partners = [];
  }

  /** Tells what can be told, in the order in which the events of `a$` came. */
  private settle(): void {
    clearTimeout(this.timer);
    for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
      const dueInMs = first.arrivedAt + this.waitMs - performance.now();
      if (!this.isSettled(first) && dueInMs > 0) {
        this.timer = setTimeout(() => this.settle(), Math.ceil(dueInMs));
        return;
      }
      this.waiting.shift();
      this.tell(first);
    }
    if (this.hasEndedA && !this.isClosed) this.outcomes.end();
  }

  /** Whether nothing can come any more that would change its partner: something later has come. */
  private isSettled({ moment }: Kept<A>): boolean {
    const last = this.partners.at(-1);
    return this.hasEndedB || (last !== undefined && distance(moment, last.moment).ms > 0);
  }

  private tell(waiting: Kept<A>): void {
    const { moment } = waiting;
    const next = this.partners.findIndex((partner) => distance(moment, partner.moment).ms > 0);
    const place = next === -1 ? this.partners.length : next;
    const [before, after] = [this.partners[place - 1], this.partners[place]];
    if (this.pick === "before") this.tellBefore(waiting, before, after);
    else this.tellNearest(waiting, before, after);
  }

  private tellBefore(waiting: Kept<A>, before: Kept<B> | undefined, after: Kept<B> | undefined): void {
    for (const partner of [before, after]) {
      const apart = partner && distance(waiting.moment, partner.moment);
      if (apart === undefined || Math.abs(apart.ms) >= apart.uncertaintyMs) continue;
      const text = `which of it and an event of b$ came first cannot be known: ${inWords(apart)}`;
      this.refuse(waiting, "uncertain", text);
      return;
    }
    if (before === undefined) this.refuse(waiting, "alone", `no event of b$ before it is known`);
    else this.tellWithin(waiting, before);
  }

  private tellNearest(waiting: Kept<A>, before: Kept<B> | undefined, after: Kept<B> | undefined): void {
    const from = (partner: Kept<B> | undefined) =>
      partner === undefined ? Infinity : Math.abs(distance(waiting.moment, partner.moment).ms);
    const nearest = from(before) <= from(after) ? before : after;
    if (nearest === undefined) this.refuse(waiting, "alone", "b$ has told nothing");
    else this.tellWithin(waiting, nearest);
  }

  private tellWithin(waiting: Kept<A>, partner: Kept<B>): void {
    const { ms, uncertaintyMs } = distance(waiting.moment, partner.moment);
    const { toleranceMs } = this;
    if (Math.abs(ms) + uncertaintyMs <= toleranceMs) {
      this.outcomes.pair({ a: waiting.event, b: partner.event, apartMs: ms, uncertaintyMs });
    } else if (Math.abs(ms) - uncertaintyMs > toleranceMs) {
      const text = `no event of b$ is within ${inMs(toleranceMs)} of it: the nearest is ${inMs(Math.abs(ms))} off`;
      this.refuse(waiting, "alone", text);
    } else {
      this.refuse(
        waiting,
        "uncertain",
        `whether an event of b$ is within ${inMs(toleranceMs)} of it cannot be known: ` +
          `${inWords({ ms, uncertaintyMs })}; allow more (toleranceMs), or connect by a quicker way`,
      );
    }
  }

  private refuse({ event, moment }: Kept<A>, problem: AlignmentError["problem"], why: string): void {
    const isForgotten = problem === "alone" && moment.at - this.reachMs <= this.forgottenAt;
    const text = isForgotten ? `${why}; ${this.crowdedText()}` : why;
    const message = `an event of ${event.time.toISOString()} stays without a partner: ${text}`;
    this.outcomes.refuse(new AlignmentError(message, isForgotten ? "crowded" : problem, event));
  }

  private crowdedText(): string {
    return `more than ${this.maxKept} events waited: raise maxKept, or lower waitMs`;
  }

  /** An event of `a$` may still come that is `waitMs` late, or waits already. Of what was before, the last counts. */
  private forget(): void {
    const until = (this.waiting[0]?.moment.at ?? Infinity) - this.reachMs;
    const arrivedBefore = performance.now() - this.waitMs - this.reachMs;
    const isOver = (next: Kept<B> | undefined) =>
      next !== undefined &&
      next.arrivedAt < arrivedBefore &&
      next.moment.at + next.moment.uncertaintyMs < until;
    let count = 0;
    while (isOver(this.partners[count + 1])) count += 1;
    const excess = this.partners.length - count - this.maxKept;
    if (excess > 0) {
      count += excess;
      this.forgottenAt = this.partners[count - 1]?.moment.at ?? this.forgottenAt;
    }
    if (count > 0) this.partners.splice(0, count);
  }

  /** How far before an event its partner may be, beside the last one before it. */
  private get reachMs(): number {
    return this.pick === "nearest" ? this.toleranceMs : 0;
  }
}

/** How much later the second is: by the device's own clock where both are of one run of it. */
function distance(first: Moment, second: Moment): Distance {
  if (first.device !== undefined && first.device.instance === second.device?.instance) {
    return { ms: second.device.clock - first.device.clock, uncertaintyMs: 0 };
  }
  return { ms: second.at - first.at, uncertaintyMs: first.uncertaintyMs + second.uncertaintyMs };
}

function isLater(one: { readonly moment: Moment } | undefined, other: { readonly moment: Moment }): boolean {
  return one !== undefined && distance(other.moment, one.moment).ms > 0;
}

function inWords({ ms, uncertaintyMs }: Distance): string {
  return uncertaintyMs === Infinity
    ? "a device tells no times, so say how long its signals are on their way at most (maxLatencyMs of withTime)"
    : `they are ${inMs(ms)} apart, known to ± ${inMs(uncertaintyMs)}`;
}

function inMs(ms: number): string {
  return `${Number(Math.abs(ms).toPrecision(3))} ms`;
}
