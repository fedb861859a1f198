import { setTimeout as pause } from "node:timers/promises";
import { peersOf } from "../peers/peer-list";
import { type Workload } from "./workload";

const CLIENTS = 1_000;

/** In this time a server has let go of clients that left, in milliseconds. */
const LEAVE_MS = 500;

export const MANY_CLIENTS = "many-clients";
export const MANY_CLIENTS_RATIO = "many-clients-ratio";
export const MANY_CLIENTS_MEMORY = "many-clients-memory";
const ONE_CLIENT = "one-client-1000";

/**
 * A thousand clients with a call each, against one client with a thousand calls. The memory is measured before that
 * load: what the load leaves in the heap is not the clients'.
 */
export const manyClients: Workload = {
  name: MANY_CLIENTS,
  // The others share a connection among the clients of a process, or are no libraries but processes of their own.
  peers: [...peersOf("own", "hand-written"), "capnweb", "trpc"],
  freshServer: true,
  metrics: [
    { id: MANY_CLIENTS, title: "1,000 clients, a call each", unit: "calls/s", better: "higher" },
    { id: ONE_CLIENT, title: "1 client, 1,000 calls in flight", unit: "calls/s", better: "higher" },
    { id: MANY_CLIENTS_RATIO, title: "1,000 clients against 1", unit: "times", better: "higher" },
    { id: MANY_CLIENTS_MEMORY, title: "Server memory per client", unit: "kB", better: "lower" },
  ],
  async run(stage) {
    const client = await stage.warmUp(await stage.startClient());
    const before = await stage.server.ask("memory", null);
    await client.ask("connectCrowd", { clients: CLIENTS });
    const connected = await stage.server.ask("memory", null);
    const together = await client.ask("crowdCallsPerSecond", { ms: stage.ms });
    await pause(LEAVE_MS);
    const alone = await client.ask("callsPerSecond", { kind: "echo", inFlight: CLIENTS, ms: stage.ms });
    return {
      [MANY_CLIENTS]: together,
      [ONE_CLIENT]: alone,
      [MANY_CLIENTS_RATIO]: alone && together / alone,
      [MANY_CLIENTS_MEMORY]: (connected - before) / 1_000 / CLIENTS,
    };
  },
};
