import { type Workload } from "./workload";

/** Items of one stream, read one after the other: readings of about 60 bytes, or buffers. */
export function streams(bytes?: number): Workload {
  const id = bytes === undefined ? "stream-readings" : `stream-buffers-${bytes}`;
  const what = bytes === undefined ? "readings" : `buffers of ${bytes / 1_000} kB`;
  return {
    name: id,
    metrics: [{ id, title: `Stream of ${what}`, unit: "items/s", better: "higher" }],
    async run({ client, ms }) {
      return { [id]: await (await client).ask("itemsPerSecond", { bytes, ms }) };
    },
  };
}
