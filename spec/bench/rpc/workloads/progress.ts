import { type Workload } from "./workload";

const IN_FLIGHT = 16;

/** Calls of a generator that yields once: what its progress costs where it is asked for, and where it is not. */
export const progress: Workload = {
  name: "progress",
  metrics: [
    { id: "progress-unasked", title: "Calls of a generator, no progress", unit: "calls/s", better: "higher" },
    { id: "progress-told", title: "Calls with one progress each", unit: "calls/s", better: "higher" },
  ],
  async run({ client, ms }) {
    const asked = await client;
    const measured = (kind: "step" | "tell") =>
      asked.ask("callsPerSecond", { kind, inFlight: IN_FLIGHT, ms });
    return { "progress-unasked": await measured("step"), "progress-told": await measured("tell") };
  },
};
