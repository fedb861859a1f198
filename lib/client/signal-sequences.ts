import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { Subject, type Observable } from "rxjs";

/** Signals that a client subscribed to and did not get: they did not arrive, or do not fit what is declared. */
export interface MissedSignals {
  readonly signal: string;
  readonly count: number;
  /** Whether the device started anew in between: what its last run sent at the end is not in the count. */
  readonly restarted: boolean;
}

/**
 * Signals come on another connection than the device's word on how many there have been. Those that are not there yet
 * when it comes get this time to arrive, in milliseconds.
 */
const STRAGGLERS_MS = 500;

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
  private stragglersTimer: Timer | undefined;
  private instance: string | undefined;

  /** A connection was made to this run of the device. */
  connected(instance: string | undefined): void {
    if (instance === this.instance) return;
    this.giveUpStragglers();
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
  confirmed(counts: Readonly<Record<string, unknown>>): void {
    for (const signal of this.fresh) {
      const count = counts[signal];
      if (typeof count !== "number") continue;
      const last = this.last.get(signal);
      if (last === undefined) this.last.set(signal, count);
      else if (count > last) this.announced.set(signal, count);
      else this.restarted.delete(signal);
    }
    this.fresh.clear();
    if (this.announced.size > 0) this.awaitStragglers();
  }

  /** One arrived. */
  received(signal: string, seq: number): void {
    const last = this.last.get(signal);
    if (last !== undefined) this.tellGap(signal, last, seq - 1);
    this.last.set(signal, Math.max(seq, last ?? 0));
  }

  /** One arrived whose values do not fit what is declared: its subscribers do not get it. */
  unfit(signal: string): void {
    this.tell(signal, 1);
  }

  close(): void {
    clearTimeout(this.stragglersTimer);
    this.giveUpStragglers();
    this.missed.complete();
  }

  private awaitStragglers(): void {
    clearTimeout(this.stragglersTimer);
    this.stragglersTimer = setTimeout(() => {
      // Whatever lies in the sockets is read first: after a pause of the process, its timers run before that.
      platform().nextTurn(() => this.giveUpStragglers());
    }, STRAGGLERS_MS);
    platform().unref(this.stragglersTimer);
  }

  /** What has not come by now is missed, also if no other comes after it. */
  private giveUpStragglers(): void {
    for (const [signal, count] of this.announced) {
      const last = this.last.get(signal);
      if (last === undefined) continue;
      this.tellGap(signal, last, count);
      this.last.set(signal, Math.max(count, last));
    }
    this.announced.clear();
  }

  private tellGap(signal: string, last: number, until: number): void {
    if (until > last) this.tell(signal, until - last);
    this.restarted.delete(signal);
  }

  private tell(signal: string, count: number): void {
    this.missed.next({ signal, count, restarted: this.restarted.has(signal) });
  }
}
