import { type ClientTask } from "./client-task";
import { inFlight } from "./in-flight";

export interface BuffersOptions {
  readonly bytes: number;
  readonly inFlight: number;
  readonly ms: number;
}

/** Buffers a second; nothing where the peer does not send such buffers. */
export const buffersPerSecond: ClientTask<BuffersOptions, number | undefined> = async (
  { client },
  { bytes, inFlight: count, ms },
) => {
  if (client.getBuffer === undefined || bytes > (client.maxBufferBytes ?? Infinity)) return undefined;
  return inFlight(count, ms, async () => {
    const buffer = await client.getBuffer?.(bytes);
    if (buffer?.length !== bytes) throw new Error(`got ${buffer?.length ?? 0} bytes of ${bytes}`);
  });
};
