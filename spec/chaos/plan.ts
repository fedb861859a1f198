import { Random } from "./random";

/** What is done to a part of the rig, and for how long, in milliseconds. */
export interface Disturbance {
  readonly kind:
    | "kill device"
    | "close device"
    | "stop device"
    | "cut wire"
    | "stall wire"
    | "slow wire"
    | "slow signals"
    | "cut signals"
    | "stall signals"
    | "cut road"
    | "stall road"
    | "slow road"
    | "rubbish"
    | "kill client"
    | "stop client"
    | "kill registry";
  /** From the start, in milliseconds. */
  readonly atMs: number;
  readonly lastsMs: number;
  /** Which of its kind: to be taken modulo their number. */
  readonly index: number;
  /** For whatever is random in it. */
  readonly seed: number;
}

/** What is done to what stands between a device and its clients. */
export type WireDisturbance = Extract<Disturbance["kind"], `${"cut" | "stall" | "slow"} ${string}`>;

const FIRST_AT_MS = 1_500;

/** All that will happen, from a seed. Rubbish is the most frequent, the end of the registry the least. */
export function planOf(seed: number, seconds: number): Disturbance[] {
  const random = new Random(seed);
  const plan: Disturbance[] = [];
  for (let atMs = FIRST_AT_MS; atMs < seconds * 1_000; atMs += random.between(100, 500)) {
    const kind = random.oneOf([
      ...(["rubbish", "rubbish", "rubbish", "kill device", "kill device", "stop device"] as const),
      ...(["stop device", "cut wire", "cut wire", "stall wire", "kill client", "stop client"] as const),
      ...(["close device", "kill client", "kill registry"] as const),
      ...(["cut signals", "stall signals", "slow wire", "slow signals"] as const),
      ...(["cut road", "cut road", "stall road", "stall road", "slow road"] as const),
    ] as [Disturbance["kind"], ...Disturbance["kind"][]]);
    const lastsMs = random.between(100, 2_500);
    plan.push({ kind, atMs, lastsMs, index: random.between(0, 1_000), seed: random.between(0, 2 ** 31) });
  }
  return plan;
}
