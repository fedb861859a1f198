import { REFERENCE } from "../peers/peer-list";
import { type Workload } from "./workload";

const PROPERTY = "property";

/** Reading a property, as calls in flight are measured. */
export const propertyGet: Workload = {
  name: PROPERTY,
  peers: [REFERENCE],
  metrics: [{ id: PROPERTY, title: "Property get, 128 in flight", unit: "calls/s", better: "higher" }],
  async run({ client, ms }) {
    return {
      [PROPERTY]: await (await client).ask("callsPerSecond", { kind: "property", inFlight: 128, ms }),
    };
  },
};
