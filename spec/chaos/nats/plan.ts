import { Random } from "../random";

/** What is done to a part of a rig whose devices are at NATS servers, and for how long, in milliseconds. */
export interface NatsDisturbance {
  readonly kind:
    | "kill hub"
    | "kill leaf"
    | "cut link"
    | "stall link"
    | "stop device"
    | "kill device"
    | "stop client"
    | "kill client";
  /** From the start, in milliseconds. */
  readonly atMs: number;
  readonly lastsMs: number;
  /** Which of its kind: to be taken modulo their number. */
  readonly index: number;
}

const FIRST_AT_MS = 1_000;

/** All that will happen, from a seed: mostly to the servers and to what connects them. */
export function natsPlanOf(seed: number, seconds: number): NatsDisturbance[] {
  const random = new Random(seed);
  const plan: NatsDisturbance[] = [];
  for (let atMs = FIRST_AT_MS; atMs < seconds * 1_000; atMs += random.between(300, 1_500)) {
    const kind = random.oneOf<NatsDisturbance["kind"]>([
      ...(["kill hub", "kill hub", "kill leaf", "kill leaf", "cut link", "cut link", "cut link"] as const),
      ...(["stall link", "stall link", "stop device", "stop device"] as const),
      ...(["kill device", "stop client", "kill client"] as const),
    ]);
    plan.push({ kind, atMs, lastsMs: random.between(100, 2_500), index: random.between(0, 1_000) });
  }
  return plan;
}
