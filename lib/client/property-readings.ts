import { defer, distinctUntilChanged, from, map, type Observable, throwError } from "rxjs";
import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { platform } from "../platform/current";
import { followed, notifySignal } from "./property-changes";
import { type RpcClient } from "./rpc-client";
import { type Moment, momentOf, reading, type Reading } from "./timed";
import { timedSignal, type TimedSignalOptions } from "./timed-signals";

/** What `changes$` of a property tells, with times, bad values included, and again whenever the quality changes. */
export function propertyReadings(
  client: RpcClient,
  contract: ServiceContract,
  property: PropertyContract,
  options: TimedSignalOptions,
): Observable<Reading<unknown>> {
  const signal = notifySignal(client, contract, property);
  if (signal instanceof Error) return throwError(() => signal);
  const changes = timedSignal(client, signal, options).pipe(
    map((event) => reading(event.value, momentOf(event), "good")),
  );
  const present = defer(() => from(client.read(property)));
  return followed(client, signal, changes, present, client.qualityChanges(property)).pipe(
    distinctUntilChanged(isNoNews),
  );
}

/** The same once more, or what the same run of the device told before: a reply may overtake a signal. */
function isNoNews(before: Reading<unknown>, after: Reading<unknown>): boolean {
  const [earlier, later] = [momentOf(before), momentOf(after)];
  const isOfOneRun = earlier.device !== undefined && earlier.device.instance === later.device?.instance;
  if (isOfOneRun && toldAt(later) < toldAt(earlier)) return true;
  return (
    before.quality === after.quality &&
    before.reason === after.reason &&
    platform().deepEqual(before.value, after.value)
  );
}

function toldAt({ toldAt, device }: Moment): number {
  return toldAt ?? device?.clock ?? 0;
}
