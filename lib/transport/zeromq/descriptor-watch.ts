import { open } from "node:fs/promises";
import { devNull } from "node:os";
import { type BurstLog } from "../../log/burst-log";
import { isOutOfFiles, outOfFiles } from "../../open-files";

/** A client that waits in vain is told of within this time, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Logs when the process has no room for another connection: ZeroMQ lets new clients wait then, and tells nobody.
 *
 * @returns Ends the watch.
 */
export function watchDescriptors(log: BurstLog): () => void {
  const timer = setInterval(() => void look(log), LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

async function look(log: BurstLog): Promise<void> {
  try {
    const file = await open(devNull);
    await file.close();
  } catch (error) {
    if (isOutOfFiles(error)) log.error({}, `no further client can connect: ${outOfFiles().message}`);
  }
}
