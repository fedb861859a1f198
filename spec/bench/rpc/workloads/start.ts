import { type Workload } from "./workload";

export const START_CLIENT = "start-client";

/** From the start of a process until it serves, or until its first call has been answered. */
export const start: Workload = {
  name: "start",
  metrics: [
    { id: "start-server", title: "Start of the server, until it serves", unit: "ms", better: "lower" },
    {
      id: START_CLIENT,
      title: "Start of a client, until its first call is answered",
      unit: "ms",
      better: "lower",
    },
  ],
  async run({ server, client }) {
    return { "start-server": server.startMs, [START_CLIENT]: (await client).startMs };
  },
};
