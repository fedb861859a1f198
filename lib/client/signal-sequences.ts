import { Subject, type Observable } from "rxjs";

/** Signals that a client subscribed to and did not get. */
export interface MissedSignals {
  readonly signal: string;
  readonly count: number;
  /** Whether the device started anew in between: what its last run sent at the end is not in the count. */
  readonly restarted: boolean;
}

/** Counts the signals of one device that did not arrive, by their sequence numbers. */
export class SignalSequences {
  private readonly missed = new Subject<MissedSignals>();
  readonly missed$: Observable<MissedSignals> = this.missed.asObservable();
  /** Signal → number of the last one that came, or that was there before the subscription. */
  private readonly last = new Map<string, number>();
  /** Signals that were subscribed since the device last told its counts. */
  private readonly fresh = new Set<string>();
  private readonly restarted = new Set<string>();
  private instance: string | undefined;

  /** A connection was made to this run of the device. */
  connected(instance: string | undefined): void {
    if (instance === this.instance) return;
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
    this.fresh.delete(signal);
    this.restarted.delete(signal);
  }

  /** The device told how many of each signal there had been when the subscriptions arrived. */
  confirmed(counts: Readonly<Record<string, unknown>>): void {
    for (const signal of this.fresh) {
      const count = counts[signal];
      if (typeof count !== "number") continue;
      const last = this.last.get(signal);
      if (last !== undefined && count > last) this.tell(signal, count - last);
      this.last.set(signal, Math.max(count, last ?? 0));
      this.restarted.delete(signal);
    }
    this.fresh.clear();
  }

  /** One arrived. */
  received(signal: string, seq: number): void {
    const last = this.last.get(signal);
    if (last !== undefined && seq > last + 1) this.tell(signal, seq - last - 1);
    this.last.set(signal, Math.max(seq, last ?? 0));
  }

  close(): void {
    this.missed.complete();
  }

  private tell(signal: string, count: number): void {
    this.missed.next({ signal, count, restarted: this.restarted.has(signal) });
  }
}
