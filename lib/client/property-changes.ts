import {
  asapScheduler,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  from,
  map,
  merge,
  Observable,
  skip,
  subscribeOn,
  switchMap,
  takeUntil,
  throwError,
} from "rxjs";
import {
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
} from "../contract/service-contract";
import { BadValue, ConnectionLostError, ContractError, DeviceUnavailableError } from "../errors";
import { platform } from "../platform/current";
import { type PropertyChanges } from "./remote";
import { type RpcClient } from "./rpc-client";
import { type Moment, momentOf, reading, type Reading } from "./timed";

/**
 * A property's value now, each new one after it, and the value again after every reconnect and whenever a change was
 * missed. Equal values in a row count once.
 */
export function propertyChanges(
  client: RpcClient,
  contract: ServiceContract,
  property: PropertyContract,
): PropertyChanges<unknown> {
  const signal = contract.members.get(property.notify ?? "");
  if (signal?.kind !== "signal") {
    const none$ = throwError(() => {
      const place = { device: client.device, member: property.member };
      return new ContractError(
        `${client.device}.${property.member} tells no changes: it has no notify signal`,
        place,
      );
    });
    return new Changes(none$, () => none$);
  }
  const present = defer(() => from(client.get(property))).pipe(catchError(leaveOutBad));
  const values$ = followed(client, signal, client.signal(signal), present).pipe(
    distinctUntilChanged(isEqual),
  );
  return new Changes(values$, () => readings(client, signal, property));
}

class Changes extends Observable<unknown> implements PropertyChanges<unknown> {
  constructor(
    values$: Observable<unknown>,
    private readonly read: () => Observable<Reading<unknown>>,
  ) {
    super((observer) => values$.subscribe(observer));
  }

  get readings$(): Observable<Reading<unknown>> {
    return this.read();
  }
}

/** The same with times, and again whenever the quality changes. */
function readings(
  client: RpcClient,
  signal: SignalContract,
  property: PropertyContract,
): Observable<Reading<unknown>> {
  const changes = client
    .timedSignal(signal)
    .pipe(map((event) => reading(event.value, momentOf(event), "good")));
  const present = defer(() => from(client.read(property)));
  return followed(client, signal, changes, present, client.qualityChanges(property)).pipe(
    // What a read gave may overtake a change that was told before it.
    distinctUntilChanged((before, after) => isNoNews(before, after)),
  );
}

/**
 * @param changes - What comes by itself.
 * @param present - What is there now.
 * @param occasions - When to look what is there now, beside reconnects and gaps.
 */
function followed<T>(
  client: RpcClient,
  signal: SignalContract,
  changes: Observable<T>,
  present: Observable<T>,
  occasions: Observable<unknown> = EMPTY,
): Observable<T> {
  const reconnected = client.state$.pipe(
    filter((state) => state.kind === "connected" && state.problem === undefined),
    skip(1),
  );
  const missed = client.missed$.pipe(filter(({ signal: name }) => name === signal.wireName));
  const again = merge(reconnected, missed, occasions).pipe(
    // In a microtask: a gap is told just before the signal behind it comes, which is newer than what would be read.
    switchMap(() =>
      present.pipe(subscribeOn(asapScheduler), catchError(awaitNextConnection), takeUntil(changes)),
    ),
  );
  return new Observable<T>((observer) => {
    // Subscribed before the value is read: nothing falls in between.
    const early: T[] = [];
    let isRead = false;
    const later = merge(changes, again).subscribe({
      next: (value) => (isRead ? observer.next(value) : early.push(value)),
      error: (error: unknown) => observer.error(error),
      complete: () => observer.complete(),
    });
    const goOn = (...first: readonly T[]) => {
      isRead = true;
      for (const each of [...first, ...early.splice(0)]) observer.next(each);
    };
    later.add(
      present.subscribe({
        next: goOn,
        error: (error: unknown) => observer.error(error),
        complete: () => goOn(),
      }),
    );
    return later;
  });
}

function isEqual(before: unknown, after: unknown): boolean {
  return platform().deepEqual(before, after);
}

/** The same once more, or what the same run of the device told before. */
function isNoNews(before: Reading<unknown>, after: Reading<unknown>): boolean {
  const [earlier, later] = [momentOf(before), momentOf(after)];
  const isOfOneRun = earlier.device !== undefined && earlier.device.instance === later.device?.instance;
  if (isOfOneRun && toldAt(later) < toldAt(earlier)) return true;
  return (
    before.quality === after.quality && before.reason === after.reason && isEqual(before.value, after.value)
  );
}

function toldAt({ toldAt, device }: Moment): number {
  return toldAt ?? device?.clock ?? 0;
}

/** Where a value is bad, the next good one is waited for. */
function leaveOutBad(error: unknown): Observable<never> {
  if (error instanceof BadValue) return EMPTY;
  throw error;
}

/** A connection that broke again before the value was read: it is read on the next one. */
function awaitNextConnection(error: unknown): Observable<never> {
  if (error instanceof ConnectionLostError || error instanceof DeviceUnavailableError) return EMPTY;
  throw error;
}
