import { type Observable } from "rxjs";
import { type Peer } from "./peer";
import { type Moment, type Timed } from "./timed";

/** What is known of a signal beyond what its device tells. */
export interface TimedSignalOptions {
  /**
   * Of a device that tells no moments: how long its signals are on their way at most, in milliseconds. Default: that is
   * not known.
   */
  readonly maxLatencyMs?: number;
}

type TimedSignal = (options: TimedSignalOptions) => Observable<Timed<unknown>>;

const timedSignals = new WeakMap<Observable<unknown>, TimedSignal>();

/** A signal of a remote can be had with its moments. */
export function hasTimes(signal: Observable<unknown>, timed: TimedSignal): void {
  timedSignals.set(signal, timed);
}

/** Nothing where it is no signal of a remote. */
export function timedSignalOf(signal: Observable<unknown>): TimedSignal | undefined {
  return timedSignals.get(signal);
}

/**
 * When a signal was emitted that arrives now.
 *
 * @param time - On the server's clock, as it told.
 */
export function momentOfSignal(
  time: number | undefined,
  peer: Peer | undefined,
  { maxLatencyMs = Infinity }: TimedSignalOptions,
): Moment {
  const arrivedAt = performance.now();
  if (time !== undefined && peer?.estimate !== undefined) return momentAtDevice(time, arrivedAt, peer);
  return maxLatencyMs === Infinity
    ? { at: arrivedAt, uncertaintyMs: Infinity }
    : { at: arrivedAt - maxLatencyMs / 2, uncertaintyMs: maxLatencyMs / 2 };
}

/** A moment of the device's clock that was told by now. */
export function momentAtDevice(clock: number, arrivedAt: number, { estimate, inventory }: Peer): Moment {
  const instance = inventory.rigwire?.instance;
  const moment = estimate?.momentOf(clock, arrivedAt) ?? { at: arrivedAt, uncertaintyMs: Infinity };
  return instance === undefined ? moment : { ...moment, device: { instance, clock } };
}
