import { buffers } from "./buffers";
import { callsInFlight, oneAtATime } from "./calls";
import { checkedCall } from "./checked-call";
import { fleetConnections } from "./fleet-connections";
import { fleetLeaf } from "./fleet-leaf";
import { fleetOf } from "./fleet";
import { flood } from "./flood";
import { manyClients } from "./many-clients";
import { memory } from "./memory";
import { progress } from "./progress";
import { propertyGet } from "./property";
import { returnedCall } from "./returned-call";
import { signals } from "./signals";
import { start } from "./start";
import { streams } from "./streams";
import { type Metric, type Workload } from "./workload";

/** In the order in which a round runs them. */
export const WORKLOADS: readonly Workload[] = [
  start,
  oneAtATime,
  callsInFlight(16),
  callsInFlight(128),
  // Before what leaves free memory behind.
  memory,
  propertyGet,
  checkedCall,
  returnedCall,
  buffers(100_000),
  buffers(1_000_000),
  buffers(10_000_000),
  signals(1),
  signals(8),
  streams(),
  streams(100_000),
  progress,
  flood,
  manyClients,
  fleetOf(100),
  fleetOf(1),
  fleetConnections,
  fleetLeaf,
];

/** In the order in which they are shown. */
export const METRICS: readonly Metric[] = [
  ...WORKLOADS.filter((workload) => workload !== start && workload !== memory),
  start,
  memory,
].flatMap(({ metrics }) => metrics);
