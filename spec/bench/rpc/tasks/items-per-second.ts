import { type PeerClient } from "../peers/peer";
import { type ClientTask } from "./client-task";

/** Items of a stream: readings, or buffers of so many bytes. */
export interface ItemsOptions {
  readonly bytes: number | undefined;
  readonly ms: number;
}

const WARM_UP = 0.4;

/** Items a second that one reader gets of one stream; nothing where the peer has no streams. */
export const itemsPerSecond: ClientTask<ItemsOptions, number | undefined> = async (
  { client },
  { bytes, ms },
) => {
  const items = itemsOf(client, bytes);
  if (items === undefined) return undefined;
  let count = 0;
  let startedAt = performance.now() + ms * WARM_UP;
  let isWarm = false;
  for await (const item of items) {
    if (item === undefined) throw new Error("an item is missing");
    count += 1;
    const now = performance.now();
    if (!isWarm && now >= startedAt) {
      isWarm = true;
      startedAt = now;
      count = 0;
    }
    if (isWarm && now - startedAt >= ms) break;
  }
  return (count * 1_000) / (performance.now() - startedAt);
};

function itemsOf(client: PeerClient, bytes: number | undefined): AsyncIterable<unknown> | undefined {
  return bytes === undefined ? client.streamReadings?.() : client.streamBuffers?.(bytes);
}
