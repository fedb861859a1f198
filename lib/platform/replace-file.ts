import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

const OWNER_ONLY = 0o600;

/**
 * Writes a file so that it is there as a whole, the one before or the new one, whatever ends the process or the computer
 * meanwhile. Only its owner can read it.
 *
 * @param path - Its folder must be there. A link is replaced by the file.
 * @throws the system's error; the file is as it was then.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(unfinished, "wx", OWNER_ONLY);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The new name is on the disk as well. Not every system can say so of a folder; the file itself is whole in any case. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // See above.
  }
}
