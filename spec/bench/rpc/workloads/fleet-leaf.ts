import { type LeafTasks } from "../fleet/leaf-process";
import { LEAF_FILE } from "../places";
import { type Metric, type Workload } from "./workload";

const DEVICES = 10_000;
const TASK_MS = 60_000;
const BYTES_PER_KB = 1_000;

/** What a site's devices cost the servers of a hub with two sites: interest goes everywhere. */
export const fleetLeaf: Workload = {
  name: "fleet-leaf",
  onlyNamed: true,
  freshServer: true,
  program: "nats-broker",
  peers: ["rigwire"],
  metrics: [
    metric("hub", "Leaf nodes: memory of the hub for a device of a site"),
    metric("own-site", "Leaf nodes: memory of the site's server for its device"),
    metric("other-site", "Leaf nodes: memory of another site's server for that device"),
  ],
  async run(stage) {
    const process = await stage.startProcess<LeafTasks>(LEAF_FILE, TASK_MS);
    const { hub, ownSite, otherSite } = await process.ask("measure", { devices: DEVICES });
    return {
      "fleet-leaf-hub": hub && hub / BYTES_PER_KB,
      "fleet-leaf-own-site": ownSite && ownSite / BYTES_PER_KB,
      "fleet-leaf-other-site": otherSite && otherSite / BYTES_PER_KB,
    };
  },
};

function metric(id: string, title: string): Metric {
  return { id: `fleet-leaf-${id}`, title, unit: "kB", better: "lower" };
}
