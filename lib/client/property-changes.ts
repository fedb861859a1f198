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
import {
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
} from "../contract/service-contract";
import { BadValue, ConnectionLostError, ContractError, DeviceUnavailableError } from "../errors";
import { platform } from "../platform/current";
import { type RpcClient } from "./rpc-client";

/**
 * A property's value now, each new one after it, and the value again after every reconnect and whenever a change was
 * missed. Equal values in a row count once, bad ones are left out.
 */
export function propertyChanges(
  client: RpcClient,
  contract: ServiceContract,
  property: PropertyContract,
): Observable<unknown> {
  const signal = notifySignal(client, contract, property);
  if (signal instanceof Error) return throwError(() => signal);
  const present = defer(() => from(client.get(property))).pipe(catchError(leaveOutBad));
  return followed(client, signal, client.signal(signal), present).pipe(
    distinctUntilChanged((before, after) => platform().deepEqual(before, after)),
  );
}

/** The signal that tells the changes of a property; an error where there is none. */
export function notifySignal(
  { device }: RpcClient,
  contract: ServiceContract,
  { notify = "", member }: PropertyContract,
): SignalContract | ContractError {
  const signal = contract.members.get(notify);
  if (signal?.kind === "signal") return signal;
  return new ContractError(`${device}.${member} tells no changes: it has no notify signal`, {
    device,
    member,
  });
}

/**
 * @param changes - What comes by itself.
 * @param present - What is there now.
 * @param occasions - When to look what is there now, beside reconnects and gaps.
 */
export function followed<T>(
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
