import { type Observable } from "rxjs";
import { ContractError } from "../errors";
import { type PropertyChanges } from "./remote";
import { type Reading, type Timed } from "./timed";
import { timedSignalOf, type TimedSignalOptions } from "./timed-signals";

/**
 * What a property tells, each value with the moment when it was true and its quality: the value now, each new one after
 * it, and whenever it becomes stale, bad, or good again.
 *
 * ```ts
 * withTime(stage.position.changes$).subscribe(({ value, time, quality, reason }) => …);
 * ```
 */
export function withTime<V>(changes: PropertyChanges<V>): Observable<Reading<V>>;
/**
 * What a signal tells, each with the moment when the device emitted it. Only while somebody is subscribed, the device
 * sends these moments.
 *
 * @param signal - Of a remote, as it is: before any `pipe`.
 * @param options.maxLatencyMs - Of a device that tells no moments, as an original: how long its signals are on their way
 *   at most, as you know it. Default: that is not known, and `uncertaintyMs` is `Infinity`.
 * @throws ContractError if it is no signal of a remote.
 */
export function withTime<V>(signal: Observable<V>, options?: TimedSignalOptions): Observable<Timed<V>>;
export function withTime<V>(
  source: Observable<V> | PropertyChanges<V>,
  options: TimedSignalOptions = {},
): Observable<Timed<V | undefined>> {
  if ("readings$" in source) return source.readings$;
  const signal = timedSignalOf(source);
  if (signal !== undefined) return signal(options) as Observable<Timed<V>>;
  throw new ContractError(
    "withTime() takes a signal or the changes$ of a remote as it is: withTime(stage.moved).pipe(…), not the other way round",
  );
}
