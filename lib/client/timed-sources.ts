import { type Observable } from "rxjs";
import {
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
} from "../contract/service-contract";
import { type RpcClient } from "./rpc-client";

/** Where an Observable of a remote comes from: a signal, or the changes of a property. */
export interface TimedSource {
  readonly client: RpcClient;
  readonly contract: ServiceContract;
  readonly member: SignalContract | PropertyContract;
}

const sources = new WeakMap<Observable<unknown>, TimedSource>();

/** What the Observable tells can be had with its times. */
export function hasTimes<O extends Observable<unknown>>(observable: O, source: TimedSource): O {
  sources.set(observable, source);
  return observable;
}

/** Nothing where it is of no remote. */
export function timedSourceOf(observable: Observable<unknown>): TimedSource | undefined {
  return sources.get(observable);
}
