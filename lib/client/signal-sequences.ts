import { Subject, type Observable } from "rxjs";

/** Signals that a client subscribed to and did not get: they did not arrive, or do not fit what is declared. */
export interface MissedSignals {
  readonly signal: string;
  readonly count: number;
  /** Whether the device started anew in between: what its last run sent at the end is not in the count. */
  readonly restarted: boolean;
}

/** How many of each signal a device has sent. */
export type SignalCounts = Readonly<Record<string, unknown>>;

/** Counts the signals of one device that did not arrive, by their sequence numbers. */
export class SignalSequences {
  private readonly missed = new Subject<MissedSignals>();
  readonly missed$: Observable<MissedSignals> = this.missed.asObservable();
  /** Signal → number of the last one that came, or that was there before the subscription. */
  private readonly last = new Map<string, number>();
  /** Signals that were subscribed since the device last told its counts. */
  private readonly fresh = new Set<string>();
  private readonly restarted = new Set<string>();
  /** Signal → how many there have been, where some of them may still be on their way. */
  private readonly announced = new Map<string, number>();
  private instance: string | undefined;

  /** The number of the last one that came, or is known not to come; nothing for what is not subscribed. */
  lastOf(signal: string): number | undefined {
    return this.last.get(signal);
  }

  /** A connection was made to this run of the device. */
  connected(instance: string | undefined): void {
    if (instance === this.instance) return;
    this.giveUpAnnounced();
    if (this.instance !== undefined) for (const signal of this.last.keys()) this.restarted.add(signal);
    this.instance = instance;
    for (const signal of this.last.keys()) this.last.set(signal, 0);
  }

  /** A signal is being subscribed on the present connection. */
  subscribing(signal: string): void {
    this.fresh.add(signal);
  }

  /** Nobody subscribes to it any more: what comes now is not missed. */
  unsubscribed(signal: string): void {
    this.last.delete(signal);
    this.announced.delete(signal);
    this.fresh.delete(signal);
    this.restarted.delete(signal);
  }

  /** The device told how many of each signal there had been when the subscriptions arrived. */
  confirmed(counts: SignalCounts): void {
    for (const signal of this.fresh) {
      const count = counts[signal];
      if (typeof count !== "number") continue;
      const last = this.last.get(signal);
      if (last === undefined) this.last.set(signal, count);
      else if (count > last) this.announced.set(signal, count);
      else this.restarted.delete(signal);
    }
    this.fresh.clear();
  }

  /**
   * The device told how many of each signal there have been. Signals come on another connection than its word: those
   * that are not there yet may be on their way.
   *
   * @returns Whether all have come already.
   */
  counted(counts: SignalCounts): boolean {
    let isComplete = true;
    for (const [signal, last] of this.last) {
      const count = counts[signal];
      if (this.fresh.has(signal) || typeof count !== "number" || count <= last) continue;
      this.announced.set(signal, count);
      isComplete = false;
    }
    return isComplete && this.announced.size === 0;
  }

  /**
   * What a run of the device had sent by the time of its word has come by: what did not come is missed, also if no
   * other comes after it.
   */
  passed(counts: SignalCounts, instance: string | undefined): void {
    if (instance !== this.instance) return;
    for (const [signal, count] of this.announced) {
      const passed = counts[signal];
      if (typeof passed === "number" && passed >= count) this.giveUp(signal, count);
    }
  }

  /** One arrived. */
  received(signal: string, seq: number): void {
    const last = this.last.get(signal);
    if (last !== undefined) this.tellGap(signal, last, seq - 1);
    this.last.set(signal, Math.max(seq, last ?? 0));
  }

  /** One arrived whose values do not fit what is declared: its subscribers do not get it. */
  unfit(signal: string): void {
    this.missed.next({ signal, count: 1, restarted: this.restarted.has(signal) });
  }

  /** Its source has ended, after so many. */
  ended(signal: string, seq: number): void {
    if (this.last.has(signal)) this.giveUp(signal, seq);
  }

  close(): void {
    this.giveUpAnnounced();
    this.missed.complete();
  }

  private giveUpAnnounced(): void {
    for (const [signal, count] of this.announced) this.giveUp(signal, count);
  }

  private giveUp(signal: string, count: number): void {
    this.announced.delete(signal);
    const last = this.last.get(signal);
    if (last === undefined) return;
    // First, so that whoever hears of it finds it accounted for.
    this.last.set(signal, Math.max(count, last));
    this.tellGap(signal, last, count);
  }

  private tellGap(signal: string, last: number, until: number): void {
    const restarted = this.restarted.delete(signal);
    if (until > last) this.missed.next({ signal, count: until - last, restarted });
  }
}
