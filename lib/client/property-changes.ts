import {
  asapScheduler,
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  from,
  merge,
  Observable,
  skip,
  subscribeOn,
  switchMap,
  takeUntil,
  throwError,
} from "rxjs";
import { type PropertyContract, type ServiceContract } from "../contract/service-contract";
import { ConnectionLostError, ContractError, DeviceUnavailableError } from "../errors";
import { platform } from "../platform/current";
import { type RpcClient } from "./rpc-client";

/**
 * A property's value now, each new one after it, and the value again after every reconnect and whenever a change was
 * missed. Equal values in a row count once.
 */
export function propertyChanges(
  client: RpcClient,
  contract: ServiceContract,
  property: PropertyContract,
): Observable<unknown> {
  const signal = contract.members.get(property.notify ?? "");
  if (signal?.kind !== "signal") {
    return throwError(() => {
      const place = { device: client.device, member: property.member };
      return new ContractError(
        `${client.device}.${property.member} tells no changes: it has no notify signal`,
        place,
      );
    });
  }
  const changes = client.signal(signal);
  const present = defer(() => from(client.get(property)));
  const reconnected = client.state$.pipe(
    filter((state) => state.kind === "connected" && state.problem === undefined),
    skip(1),
  );
  const missed = client.missed$.pipe(filter(({ signal: name }) => name === signal.wireName));
  const again = merge(reconnected, missed).pipe(
    // In a microtask: a gap is told just before the signal behind it comes, which is newer than what would be read.
    switchMap(() =>
      present.pipe(subscribeOn(asapScheduler), catchError(awaitNextConnection), takeUntil(changes)),
    ),
  );
  return new Observable<unknown>((observer) => {
    // Subscribed before the value is read: nothing falls in between.
    const early: unknown[] = [];
    let isRead = false;
    const later = merge(changes, again).subscribe({
      next: (value) => (isRead ? observer.next(value) : early.push(value)),
      error: (error: unknown) => observer.error(error),
      complete: () => observer.complete(),
    });
    later.add(
      present.subscribe({
        next: (value) => {
          isRead = true;
          for (const each of [value, ...early]) observer.next(each);
        },
        error: (error: unknown) => observer.error(error),
      }),
    );
    return later;
  }).pipe(distinctUntilChanged((before, after) => platform().deepEqual(before, after)));
}

/** A connection that broke again before the value was read: it is read on the next one. */
function awaitNextConnection(error: unknown): Observable<never> {
  if (error instanceof ConnectionLostError || error instanceof DeviceUnavailableError) return EMPTY;
  throw error;
}
