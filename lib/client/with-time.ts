import { type Observable } from "rxjs";
import { ContractError } from "../errors";
import { propertyReadings } from "./property-readings";
import { type PropertyChanges } from "./remote";
import { type Reading, type Timed } from "./timed";
import { timedSignal, type TimedSignalOptions } from "./timed-signals";
import { timedSourceOf } from "./timed-sources";

/** What {@link withTime} makes of an Observable: readings of the `changes$` of a property, timed events of a signal. */
export type WithTime<O extends Observable<unknown>> =
  O extends Observable<infer V> ? (keyof PropertyChanges<V> extends keyof O ? Reading<V> : Timed<V>) : never;

/**
 * What a signal tells, each with the moment when the device emitted it; of the `changes$` of a property each value with
 * the moment when it was true and its quality, and one more whenever it becomes stale, bad, or good again. Only while
 * somebody is subscribed, the device sends these moments.
 *
 * ```ts
 * withTime(stage.moved).subscribe(({ value, time, uncertaintyMs }) => …);
 * withTime(stage.position.changes$).subscribe(({ value, time, quality, reason }) => …);
 * ```
 *
 * @param source - Of a remote, as it is: before any `pipe`.
 * @param options.maxLatencyMs - Of a device that tells no moments, as an original: how long its signals are on their way
 *   at most, as you know it. Default: that is not known, and `uncertaintyMs` is `Infinity`.
 * @throws ContractError if it is no signal and no `changes$` of a remote.
 */
export function withTime<O extends Observable<unknown>>(
  source: O,
  options: TimedSignalOptions = {},
): Observable<WithTime<O>> {
  const known = timedSourceOf(source);
  if (known === undefined) {
    throw new ContractError(
      "withTime() takes a signal or the changes$ of a remote as it is: withTime(stage.moved).pipe(…), not the other way round",
    );
  }
  const { client, contract, member } = known;
  const events =
    member.kind === "signal"
      ? timedSignal(client, member, options)
      : propertyReadings(client, contract, member, options);
  return events as Observable<WithTime<O>>;
}
