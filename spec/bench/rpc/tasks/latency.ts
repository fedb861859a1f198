import { READING } from "../peers/peer";
import { quantile } from "../statistics";
import { type ClientTask } from "./client-task";

export interface LatencyOptions {
  readonly ms: number;
}

export interface LatencyResult {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** As a person or a slow loop calls: now and then. */
const PAUSE_MS = 1;

/** How long single calls take, one now and then. */
export const latency: ClientTask<LatencyOptions, LatencyResult> = async ({ client }, { ms }) => {
  const times: number[] = [];
  for (const until = performance.now() + ms; performance.now() < until;) {
    const calledAt = performance.now();
    await client.echo(READING);
    times.push(performance.now() - calledAt);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
};
