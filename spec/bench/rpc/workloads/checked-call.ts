import { REFERENCE } from "../peers/peer-list";
import { type Workload } from "./workload";

export const CHECKED = "checked";
export const CHECKED_COST = "checked-cost";

/** What it costs to check an argument against the rules of its class: the same call with and without, side by side. */
export const checkedCall: Workload = {
  name: CHECKED,
  peers: [REFERENCE],
  // Only this one loads a validator: a program without checked arguments does not either.
  freshServer: true,
  program: "rigwire-checked",
  metrics: [
    { id: CHECKED, title: "DTO-validated call, 128 in flight", unit: "calls/s", better: "higher" },
    { id: CHECKED_COST, title: "Its time against the unvalidated call", unit: "times", better: "lower" },
  ],
  async run({ client, ms }) {
    const process = await client;
    const unchecked = await process.ask("callsPerSecond", { kind: "echo", inFlight: 128, ms });
    const checked = await process.ask("callsPerSecond", { kind: "checked", inFlight: 128, ms });
    return { [CHECKED]: checked, [CHECKED_COST]: unchecked && checked && unchecked / checked };
  },
};
