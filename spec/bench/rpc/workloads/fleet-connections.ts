import { CONNECTIONS_FILE } from "../places";
import { type ConnectionsTasks } from "../fleet/connections-process";
import { usageOf } from "../fleet/usage";
import { type Workload } from "./workload";

const CONNECTIONS = 10_000;
const TASK_MS = 120_000;

/** What a NATS server has of devices on computers of their own: a connection each, with all that it subscribes to. */
export const fleetConnections: Workload = {
  name: "fleet-connections",
  onlyNamed: true,
  freshServer: true,
  program: "nats-broker",
  peers: ["rigwire"],
  metrics: [
    {
      id: "fleet-connections-rate",
      title: "10,000 connections to nats-server, with 16 subscriptions each",
      unit: "conn./s",
      better: "higher",
    },
    {
      id: "fleet-connections-memory",
      title: "Memory of nats-server for each of them",
      unit: "kB",
      better: "lower",
    },
    {
      id: "fleet-connections-cpu",
      title: "Processor time of nats-server for each that comes",
      unit: "ms",
      better: "lower",
    },
    {
      id: "fleet-connections-again",
      title: "nats-server restarted: until all are connected and subscribed again",
      unit: "s",
      better: "lower",
    },
  ],
  async run(stage) {
    const { server } = stage;
    const process = await stage.startProcess<ConnectionsTasks>(CONNECTIONS_FILE, TASK_MS);
    const before = usageOf(server.helperPid);
    const ms = await process.ask("connectAll", { connections: CONNECTIONS });
    const after = usageOf(server.helperPid);
    server.helperPid = await server.ask("restart", null);
    const againMs = await process.ask("connectAll", { connections: CONNECTIONS });
    return {
      "fleet-connections-rate": CONNECTIONS / (ms / 1_000),
      "fleet-connections-memory": before && after && (after.memory - before.memory) / 1_000 / CONNECTIONS,
      "fleet-connections-cpu": before && after && (after.cpuMs - before.cpuMs) / CONNECTIONS,
      "fleet-connections-again": againMs / 1_000,
    };
  },
};
