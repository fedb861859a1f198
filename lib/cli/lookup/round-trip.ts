import { type RpcClient } from "../../client/rpc-client";
import { type Inventory } from "../../wire/inventory";
import { preciseMs } from "../terminal/units";

/** How long one question took. */
export interface RoundTrip {
  readonly ms: number;
  readonly inventory: Inventory;
}

/** Asks a connected device who it is, which does nothing to it. */
export async function roundTrip(
  client: RpcClient,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RoundTrip> {
  const startedAt = performance.now();
  const inventory = await client.inventory({ timeoutMs, signal });
  return { ms: performance.now() - startedAt, inventory };
}

/** What many round trips come to, in milliseconds. */
export interface RoundTripStatistics {
  readonly minMs: number;
  readonly medianMs: number;
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** @param times - At least one. */
export function roundTripStatistics(times: readonly number[]): RoundTripStatistics {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? NaN;
  return {
    minMs: preciseMs(at(0)),
    medianMs: preciseMs(at(0.5)),
    meanMs: preciseMs(sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length),
    p95Ms: preciseMs(at(0.95)),
    maxMs: preciseMs(at(1)),
  };
}
