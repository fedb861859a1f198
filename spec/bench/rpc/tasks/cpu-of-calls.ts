import { type CallKind, callOf } from "./calls-per-second";
import { type ClientTask } from "./client-task";

export interface CpuOptions {
  readonly kind: CallKind;
  readonly inFlight: number;
  readonly calls: number;
}

/** What so many calls took: by the clock, and of this process's share of the processors, in milliseconds. */
export interface CallsTime {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Makes a number of calls; nothing where the peer has no such call. */
export const cpuOfCalls: ClientTask<CpuOptions, CallsTime | undefined> = async ({ client }, options) => {
  const { kind, inFlight, calls } = options;
  const call = callOf(client, kind);
  if (call === undefined) return undefined;
  let left = calls;
  const keepCalling = async () => {
    while (left-- > 0) await call();
  };
  const [startedAt, used] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: inFlight }, keepCalling));
  const { user, system } = process.cpuUsage(used);
  return { wallMs: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
};
