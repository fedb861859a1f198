import { PEERS, peersOf, REFERENCE, ZEROMQ_ROAD } from "./peers/peer-list";
import { type Results } from "./results";
import { buffersId } from "./workloads/buffers";
import { callsInFlightId, ONE_AT_A_TIME } from "./workloads/calls";
import { CHECKED_COST } from "./workloads/checked-call";
import { FLOOD_P50, FLOOD_P99 } from "./workloads/flood";
import { MANY_CLIENTS, MANY_CLIENTS_MEMORY } from "./workloads/many-clients";
import { RETURNED_CPU } from "./workloads/returned-call";
import { signalsId } from "./workloads/signals";
import { START_CLIENT } from "./workloads/start";
import { METRICS } from "./workloads/workload-list";

/** What rigwire shall reach. */
export interface Target {
  readonly title: string;
  readonly metric: string;
  /** Whose figure it is. Default: {@link REFERENCE}. */
  readonly of?: string;
  /** It is divided by that of this peer, or of the best of these; without one, the figure itself counts. */
  readonly against?: string | readonly string[];
  readonly bound: "at least" | "at most";
  /** Nothing where the ratio is only stated. */
  readonly limit?: number;
  readonly unit: string;
}

const FRAMEWORKS = peersOf("framework");
const OTHERS = peersOf("framework", "hand-written");
const WEBSOCKET_FRAMEWORKS = ["capnweb", "trpc"];

const timeOfOne = { metric: ONE_AT_A_TIME, bound: "at most", unit: "times" } as const;
const calls16 = { metric: callsInFlightId(16), bound: "at least", unit: "times" } as const;
const calls128 = { metric: callsInFlightId(128), bound: "at least", unit: "times" } as const;
const toOne = { metric: signalsId(1), bound: "at least", unit: "times" } as const;
const toEight = { metric: signalsId(8), bound: "at least", unit: "times" } as const;
const asRaw = { against: "zeromq", bound: "at least", limit: 0.9, unit: "times" } as const;
const besideFlood = { against: OTHERS, bound: "at most", limit: 1, unit: "times" } as const;
const webSocket = { of: "rigwire-ws" } as const;

/** What calls over ZeroMQ cost against raw zeromq.js when there was no other road: they shall not cost more. */
const zeroMq = { of: ZEROMQ_ROAD, against: "zeromq" } as const;

export const TARGETS: readonly Target[] = [
  { ...timeOfOne, title: "Time of one call, against Moleculer", against: "moleculer", limit: 0.6 },
  { ...timeOfOne, title: "Time of one call, against NestJS", against: "nestjs", limit: 0.6 },
  {
    ...timeOfOne,
    title: "Time of one call, against JSON over a socket",
    against: "json-over-unix",
    limit: 1.4,
  },
  { ...calls16, title: "16 in flight, against the fastest framework", against: FRAMEWORKS, limit: 1.5 },
  { ...calls128, title: "128 in flight, against JSON lines over TCP", against: "json-over-tcp", limit: 1.3 },
  { ...calls128, title: "128 in flight, against Moleculer", against: "moleculer", limit: 2.5 },
  { ...calls128, title: "128 in flight, against NestJS", against: "nestjs", limit: 3 },
  { ...calls128, title: "128 in flight, against gRPC", against: "grpc", limit: 20 },
  {
    title: "1,000 clients, against JSON lines over TCP",
    metric: MANY_CLIENTS,
    against: "json-over-tcp",
    bound: "at least",
    limit: 0.7,
    unit: "times",
  },
  {
    title: "Server memory per client",
    metric: MANY_CLIENTS_MEMORY,
    bound: "at most",
    limit: 40,
    unit: "kB",
  },
  { ...toOne, title: "Signals to 1 subscriber, against raw zeromq.js", against: "zeromq", limit: 1.5 },
  { ...toEight, title: "Signals to 8 subscribers, against raw zeromq.js", against: "zeromq", limit: 1.5 },
  { ...toOne, title: "Signals to 1 subscriber, against NATS", against: "nats" },
  { ...toEight, title: "Signals to 8 subscribers, against NATS", against: "nats" },
  { ...asRaw, title: "Buffers of 100 kB, against raw zeromq.js", metric: buffersId(100_000) },
  { ...asRaw, title: "Buffers of 1 MB, against raw zeromq.js", metric: buffersId(1_000_000) },
  { ...asRaw, title: "Buffers of 10 MB, against raw zeromq.js", metric: buffersId(10_000_000) },
  { ...besideFlood, title: "Light client beside a flood, p50, against the best", metric: FLOOD_P50 },
  { ...besideFlood, title: "Light client beside a flood, p99, against the best", metric: FLOOD_P99 },
  {
    ...timeOfOne,
    ...webSocket,
    title: "WebSocket, time of one call, against the best framework",
    against: WEBSOCKET_FRAMEWORKS,
    limit: 1,
  },
  {
    ...timeOfOne,
    ...webSocket,
    title: "WebSocket, time of one call, against hand-written",
    against: "json-over-ws",
    limit: 1.3,
  },
  {
    ...calls128,
    ...webSocket,
    title: "WebSocket, 128 in flight, against the best framework",
    against: WEBSOCKET_FRAMEWORKS,
    limit: 1,
  },
  {
    ...calls128,
    ...webSocket,
    title: "WebSocket, 128 in flight, against hand-written",
    against: "json-over-ws",
    // 1.3 times its time.
    limit: 0.77,
  },
  { ...timeOfOne, ...zeroMq, title: "ZeroMQ, time of one call, against raw zeromq.js", limit: 1.39 },
  { ...calls16, ...zeroMq, title: "ZeroMQ, 16 in flight, against raw zeromq.js", limit: 1.03 },
  { ...calls128, ...zeroMq, title: "ZeroMQ, 128 in flight, against raw zeromq.js", limit: 2.45 },
  {
    title: "Start of a client, against gRPC",
    metric: START_CLIENT,
    against: "grpc",
    bound: "at most",
    limit: 1,
    unit: "times",
  },
  { title: "Time of a DTO-validated call", metric: CHECKED_COST, bound: "at most", limit: 3, unit: "times" },
  {
    title: "Processor time of a call with a checked result",
    metric: RETURNED_CPU,
    bound: "at most",
    limit: 1.1,
    unit: "times",
  },
];

export interface Verdict {
  readonly target: Target;
  /** The best of those against which it was measured, where there were several. */
  readonly best: string | undefined;
  readonly reached: number;
  /** How far it is from the limit, as a part of it; negative where it is missed. Nothing where there is none. */
  readonly margin: number | undefined;
}

/** Each target for which there are figures. */
export function verdicts(results: Results): readonly Verdict[] {
  return TARGETS.flatMap((target) => {
    const { metric, of = REFERENCE, against, bound, limit } = target;
    const best = typeof against === "object" ? bestOf(against, metric, results) : undefined;
    const own = results.median(metric, of);
    const divisor = against === undefined ? 1 : results.median(metric, best ?? String(against));
    if (own === undefined || divisor === undefined) return [];
    const reached = own / divisor;
    return {
      target,
      best: titleOf(best),
      reached,
      margin: limit === undefined ? undefined : marginOf(reached, bound, limit),
    };
  });
}

function marginOf(reached: number, bound: Target["bound"], limit: number): number {
  return bound === "at least" ? reached / limit - 1 : 1 - reached / limit;
}

/** The peer with the best figure of those that have one. */
function bestOf(peers: readonly string[], metric: string, results: Results): string | undefined {
  const isHigherBetter = METRICS.find(({ id }) => id === metric)?.better === "higher";
  const known = peers.flatMap((peer) => {
    const median = results.median(metric, peer);
    return median === undefined ? [] : { peer, goodness: isHigherBetter ? median : -median };
  });
  return known.sort((one, other) => other.goodness - one.goodness)[0]?.peer;
}

function titleOf(name: string | undefined): string | undefined {
  return PEERS.find((peer) => peer.name === name)?.title;
}
