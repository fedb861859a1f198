import { setTimeout as pause } from "node:timers/promises";
import { type Workload } from "./workload";

/** How many calls the flooding client keeps under way. */
const FLOOD = 1_000;

/** The flood begins before the light client is measured, and ends after. */
const FLOOD_LASTS = 1.5;

export const FLOOD_P50 = "flood-p50";
export const FLOOD_P99 = "flood-p99";

/** How long a light client's calls take while another client keeps a thousand calls under way. */
export const flood: Workload = {
  name: "flood",
  metrics: [
    { id: FLOOD_P50, title: "Light client beside a flooding one, p50", unit: "ms", better: "lower" },
    { id: FLOOD_P99, title: "Light client beside a flooding one, p99", unit: "ms", better: "lower" },
  ],
  async run(stage) {
    const flooding = await stage.client;
    const light = await stage.startClient();
    const { ms } = stage;
    await light.ask("latency", { ms: ms / 2 });
    const [, { p50, p99 }] = await Promise.all([
      flooding.ask("callsPerSecond", { kind: "echo", inFlight: FLOOD, ms: ms * FLOOD_LASTS }),
      pause(ms / 4).then(() => light.ask("latency", { ms })),
    ]);
    return { [FLOOD_P50]: p50, [FLOOD_P99]: p99 };
  },
};
