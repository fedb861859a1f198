import { REFERENCE } from "../peers/peer-list";
import { type Stage } from "../stage";
import { quantile } from "../statistics";
import { type CallKind } from "../tasks/calls-per-second";
import { type Workload } from "./workload";

const IN_FLIGHT = 128;

/** How often calls without and with a checked result are measured, one after the other: what disturbs one disturbs both. */
const PAIRS = 9;

/** In one measurement, for each millisecond that a workload may take. */
const CALLS_PER_MS = 2;

export const RETURNED = "returned";
export const RETURNED_COST = "returned-cost";
export const RETURNED_CPU = "returned-cpu";

interface CallCost {
  readonly wallMs: number;
  /** Of both processes. */
  readonly cpuMs: number;
}

/** What it costs that a result is checked against what the contract says of it (`returns`): the same call with and without. */
export const returnedCall: Workload = {
  name: RETURNED,
  peers: [REFERENCE],
  freshServer: true,
  program: "rigwire-checked",
  metrics: [
    { id: RETURNED, title: "Call with a checked result, 128 in flight", unit: "calls/s", better: "higher" },
    { id: RETURNED_COST, title: "Its time against the unchecked call", unit: "times", better: "lower" },
    {
      id: RETURNED_CPU,
      title: "Its processor time against the unchecked call",
      unit: "times",
      better: "lower",
    },
  ],
  async run(stage) {
    const calls = stage.ms * CALLS_PER_MS;
    for (const kind of ["echo", "returned"] as const) await costOf(stage, kind, calls);
    const pairs: { readonly unchecked: CallCost; readonly checked: CallCost }[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const unchecked = await costOf(stage, "echo", calls);
      const checked = await costOf(stage, "returned", calls);
      if (unchecked === undefined || checked === undefined) return {};
      pairs.push({ unchecked, checked });
    }
    const median = (value: (pair: (typeof pairs)[number]) => number) => quantile(pairs.map(value), 0.5);
    return {
      [RETURNED]: median(({ checked }) => (calls * 1_000) / checked.wallMs),
      [RETURNED_COST]: median(({ unchecked, checked }) => checked.wallMs / unchecked.wallMs),
      [RETURNED_CPU]: median(({ unchecked, checked }) => checked.cpuMs / unchecked.cpuMs),
    };
  },
};

async function costOf(
  { client, server }: Stage,
  kind: CallKind,
  calls: number,
): Promise<CallCost | undefined> {
  const before = await server.ask("cpu", null);
  const time = await (await client).ask("cpuOfCalls", { kind, inFlight: IN_FLIGHT, calls });
  const after = await server.ask("cpu", null);
  return time && { wallMs: time.wallMs, cpuMs: time.cpuMs + after - before };
}
