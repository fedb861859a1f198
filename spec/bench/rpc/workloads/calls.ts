import { type Workload } from "./workload";

export const ONE_AT_A_TIME = "one-at-a-time";

/** How long a call takes while there is no other. */
export const oneAtATime: Workload = {
  name: ONE_AT_A_TIME,
  metrics: [{ id: ONE_AT_A_TIME, title: "One call at a time", unit: "µs", better: "lower" }],
  async run({ client, ms }) {
    const rate = await (await client).ask("callsPerSecond", { kind: "echo", inFlight: 1, ms });
    return { [ONE_AT_A_TIME]: rate && 1e6 / rate };
  },
};

/** How many calls come through while so many are under way. */
export function callsInFlight(inFlight: number): Workload {
  const id = callsInFlightId(inFlight);
  return {
    name: id,
    metrics: [{ id, title: `${inFlight} calls in flight`, unit: "calls/s", better: "higher" }],
    async run({ client, ms }) {
      return { [id]: await (await client).ask("callsPerSecond", { kind: "echo", inFlight, ms }) };
    },
  };
}

export function callsInFlightId(inFlight: number): string {
  return `in-flight-${inFlight}`;
}
