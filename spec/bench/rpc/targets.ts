import { REFERENCE } from "./peers/peer-list";
import { type Results } from "./results";
import { buffersId } from "./workloads/buffers";
import { callsInFlightId, ONE_AT_A_TIME } from "./workloads/calls";
import { CHECKED_COST } from "./workloads/checked-call";
import { FLOOD_P99 } from "./workloads/flood";
import { MANY_CLIENTS_MEMORY, MANY_CLIENTS_RATIO } from "./workloads/many-clients";
import { signalsId } from "./workloads/signals";

/** What rigwire shall reach. */
export interface Target {
  readonly title: string;
  readonly metric: string;
  /** Its figure is divided by that of this peer; without one, the figure itself counts. */
  readonly against?: string;
  readonly bound: "at least" | "at most";
  readonly limit: number;
  readonly unit: string;
}

const TIMES = "times";

const calls128 = { metric: callsInFlightId(128), bound: "at least", unit: TIMES } as const;
const alone = { metric: ONE_AT_A_TIME, bound: "at most", limit: 1.2, unit: TIMES } as const;
const asRaw = { against: "zeromq", bound: "at least", unit: TIMES } as const;

export const TARGETS: readonly Target[] = [
  { ...calls128, title: "128 in flight, against JSON lines over TCP", against: "json-over-tcp", limit: 1.3 },
  { ...calls128, title: "128 in flight, against Moleculer", against: "moleculer", limit: 2.5 },
  { ...calls128, title: "128 in flight, against NestJS", against: "nestjs", limit: 3 },
  { ...calls128, title: "128 in flight, against gRPC", against: "grpc", limit: 20 },
  { ...alone, title: "Time of one call, against raw zeromq.js", against: "zeromq" },
  { ...alone, title: "Time of one call, against Moleculer", against: "moleculer" },
  { ...asRaw, title: "Buffers of 1 MB, against raw zeromq.js", metric: buffersId(1_000_000), limit: 0.9 },
  { ...asRaw, title: "Buffers of 10 MB, against raw zeromq.js", metric: buffersId(10_000_000), limit: 0.9 },
  { ...asRaw, title: "Signals to 1 subscriber, against raw zeromq.js", metric: signalsId(1), limit: 0.8 },
  {
    title: "1,000 clients, against 1",
    metric: MANY_CLIENTS_RATIO,
    bound: "at least",
    limit: 0.7,
    unit: TIMES,
  },
  {
    title: "Server memory per client",
    metric: MANY_CLIENTS_MEMORY,
    bound: "at most",
    limit: 100,
    unit: "kB",
  },
  {
    title: "Light client beside a flooding one, p99",
    metric: FLOOD_P99,
    bound: "at most",
    limit: 5,
    unit: "ms",
  },
  { title: "Time of a DTO-validated call", metric: CHECKED_COST, bound: "at most", limit: 3, unit: TIMES },
];

export interface Verdict {
  readonly target: Target;
  readonly reached: number;
  readonly isMet: boolean;
  /** How far it is from the limit, as a part of it; negative where it is missed. */
  readonly margin: number;
}

/** Each target for which there are figures. */
export function verdicts(results: Results): readonly Verdict[] {
  return TARGETS.flatMap((target) => {
    const { metric, against, bound, limit } = target;
    const own = results.median(metric, REFERENCE);
    const other = against === undefined ? 1 : results.median(metric, against);
    if (own === undefined || other === undefined) return [];
    const reached = own / other;
    const margin = bound === "at least" ? reached / limit - 1 : 1 - reached / limit;
    return { target, reached, isMet: margin >= 0, margin };
  });
}
