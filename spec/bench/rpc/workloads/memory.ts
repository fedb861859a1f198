import { type Workload } from "./workload";

const MEGA = 1_000_000;

/** Resident memory, after a garbage collection. */
export const memory: Workload = {
  name: "memory",
  metrics: [
    { id: "memory-idle", title: "Memory of the server, idle", unit: "MB", better: "lower" },
    { id: "memory-server", title: "Memory of the server, after load", unit: "MB", better: "lower" },
    { id: "memory-client", title: "Memory of the client, after load", unit: "MB", better: "lower" },
  ],
  async run(stage) {
    const client = await stage.client;
    await client.ask("callsPerSecond", { kind: "echo", inFlight: 128, ms: stage.ms });
    return {
      "memory-idle": stage.idleMemory / MEGA,
      "memory-server": (await stage.server.ask("memory", null)) / MEGA,
      "memory-client": (await client.ask("memory", null)) / MEGA,
    };
  },
};
