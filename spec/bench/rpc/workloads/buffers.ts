import { type Workload } from "./workload";

const IN_FLIGHT = 4;
const MEGA = 1_000_000;

/** Bytes from the server, a few buffers under way. */
export function buffers(bytes: number): Workload {
  const id = buffersId(bytes);
  const size = bytes < MEGA ? `${bytes / 1_000} kB` : `${bytes / MEGA} MB`;
  return {
    name: id,
    metrics: [{ id, title: `Buffers of ${size}`, unit: "MB/s", better: "higher" }],
    async run({ client, ms }) {
      const rate = await (await client).ask("buffersPerSecond", { bytes, inFlight: IN_FLIGHT, ms });
      return { [id]: rate && (rate * bytes) / MEGA };
    },
  };
}

export function buffersId(bytes: number): string {
  return `buffers-${bytes}`;
}
