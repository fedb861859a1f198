import { type Workload } from "./workload";

/** Events to so many subscribers, each with a connection of its own. */
export function signals(subscribers: number): Workload {
  const id = signalsId(subscribers);
  const to = subscribers === 1 ? "1 subscriber" : `${subscribers} subscribers`;
  return {
    name: id,
    metrics: [
      { id, title: `Signals to ${to}`, unit: "events/s", better: "higher" },
      { id: `${id}-lost`, title: `Lost of the signals to ${to}`, unit: "events", better: "lower" },
    ],
    async run({ client, ms }) {
      const result = await (await client).ask("eventsPerSecond", { subscribers, ms });
      return { [id]: result?.perSecond, [`${id}-lost`]: result?.lost };
    },
  };
}

export function signalsId(subscribers: number): string {
  return `signals-${subscribers}`;
}
