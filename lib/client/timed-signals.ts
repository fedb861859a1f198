import { type Observable } from "rxjs";
import { type SignalContract } from "../contract/service-contract";
import { type Peer } from "./peer";
import { type RpcClient } from "./rpc-client";
import { type Moment, momentAtDevice, timed, type Timed } from "./timed";

/** What is known of a signal beyond what its device tells. */
export interface TimedSignalOptions {
  /**
   * Of a device that tells no moments: how long its signals are on their way at most, in milliseconds. Default: that is
   * not known.
   */
  readonly maxLatencyMs?: number;
}

/** What a signal tells, each with the moment when the device emitted it. */
export function timedSignal(
  client: RpcClient,
  signal: SignalContract,
  options: TimedSignalOptions = {},
): Observable<Timed<unknown>> {
  return client.stampedSignal(signal, (value, time, peer) =>
    timed(value, momentOfSignal(time, peer, options)),
  );
}

function momentOfSignal(
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
