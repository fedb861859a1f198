import { constants, renameSync, type Stats, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { lstat, open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

import { MalformedMessageError, messageOf, AdvertisementError } from "../errors";
import {
  type AdvertisedService,
  decodeAdvertisement,
  encodeAdvertisement,
  MAX_ADVERTISEMENT_BYTES,
  typeFolderName,
} from "./advertisement-record";
import { isOwn, isSafeFolder, makePrivateFolder, removeEmptyFolder } from "../platform/private-folder";
import { hasCode } from "../system-error";

const PRIVATE_FILE = 0o600;

/** A writer renames its file at once; one that has not by now was killed. */
const ABANDONED_AFTER_MS = 60_000;

/** How often the folder may vanish, because another process closed its last service, before writing fails. */
const WRITE_ATTEMPTS = 10;

const SUFFIX = ".json";
const UNFINISHED = /^[0-9a-f]{32}\.tmp$/;

/** An advertisement as it was read from disk. */
export interface ReadAdvertisement {
  readonly service: AdvertisedService;
  /** When it was written, or last confirmed by its process; milliseconds since 1970. */
  readonly wroteAtMs: number;
  /** Whether it belongs to the user of this process. */
  readonly own: boolean;
}

/** Whether a file may be an advertisement, by its name. */
export function isAdvertisementName(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/** Whether a file may be the beginning of an advertisement, by its name. */
export function isUnfinishedName(name: string): boolean {
  return UNFINISHED.test(name);
}

/** `FOLDER/TYPE/UUIDHEX.json` (bpod_core ipc). */
export function advertisementPath(folder: string, { serviceType, uuid }: AdvertisedService): string {
  return join(folder, typeFolderName(serviceType), `${uuid.replaceAll("-", "")}${SUFFIX}`);
}

/**
 * Writes an advertisement beside its place and moves it there, so that a reader never sees half of one. Makes
 * the folders, for this user only.
 *
 * @param folder - That of all advertisements.
 * @returns The advertisement's path.
 * @throws {@link AdvertisementError} - The folders cannot be made or written, or may be someone else's.
 */
export function writeAdvertisement(folder: string, service: AdvertisedService): string {
  const file = advertisementPath(folder, service);
  try {
    if (!isSafeFolder(folder)) throw new Error(`${folder} or the folder around it belongs to another user`);
    for (let attempt = 1; !tryToWrite(folder, file, encodeAdvertisement(service)); attempt++) {
      if (attempt === WRITE_ATTEMPTS) throw new Error(`${dirname(file)} is removed again and again`);
    }
    return file;
  } catch (error) {
    const message = `${service.serviceName} cannot be advertised in ${folder}: ${messageOf(error)}`;
    throw new AdvertisementError(message, { device: service.serviceName }, { cause: error });
  }
}

/** Confirms an advertisement: its time becomes now. Returns false if it is gone. */
export function touchAdvertisement(file: string): boolean {
  const now = new Date();
  try {
    utimesSync(file, now, now);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

/**
 * Reads what may be an advertisement: a plain file of bounded size, no link, no pipe.
 *
 * @throws Error - The file is gone, unreadable or no advertisement.
 */
export async function readAdvertisement(file: string): Promise<ReadAdvertisement> {
  // A pipe in the place of a file would wait for its writer; Windows knows neither flag, and counts them as 0.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new MalformedMessageError("not a plain file");
    const room = new Uint8Array(MAX_ADVERTISEMENT_BYTES + 1);
    const { bytesRead } = await handle.read(room, 0, room.byteLength, 0);
    const service = decodeAdvertisement(room.subarray(0, bytesRead));
    // A clock that stood a day back when the file was confirmed says nothing against its writer, who made it before.
    return { service, wroteAtMs: Math.max(stats.mtimeMs, stats.birthtimeMs), own: isOwn(stats) };
  } finally {
    await handle.close();
  }
}

/** Removes an advertisement of a process that is gone, and its lock file. Another process may do so meanwhile. */
export async function removeLeftover(file: string): Promise<void> {
  await Promise.allSettled([unlink(file), unlink(lockPath(file))]);
}

/** Removes an unfinished advertisement whose writer was killed before it moved it to its place. */
export async function removeIfAbandoned(file: string): Promise<void> {
  try {
    const stats: Stats = await lstat(file);
    const isAbandoned = stats.isFile() && isOwn(stats) && Date.now() - stats.mtimeMs > ABANDONED_AFTER_MS;
    if (isAbandoned) await unlink(file);
  } catch {
    // Its writer or another reader was quicker.
  }
}

/**
 * Removes a process's own advertisement, its lock file, and the folders it leaves empty. What is gone already, or
 * cannot be removed, stays as it is: readers see that the process is gone.
 */
export function withdrawAdvertisement(file: string): void {
  for (const path of [file, lockPath(file)]) {
    try {
      unlinkSync(path);
    } catch {
      // See above.
    }
  }
  removeEmptyFolder(dirname(file));
  removeEmptyFolder(dirname(dirname(file)));
}

/** What the original locks while it reads or closes an advertisement; it leaves the file behind. */
function lockPath(file: string): string {
  return `${file.slice(0, -SUFFIX.length)}.lock`;
}

function tryToWrite(folder: string, file: string, bytes: Buffer): boolean {
  const unfinished = `${file.slice(0, -SUFFIX.length)}.tmp`;
  try {
    makePrivateFolder(folder);
    makePrivateFolder(dirname(file));
    writeFileSync(unfinished, bytes, { mode: PRIVATE_FILE, flag: "wx" });
    renameSync(unfinished, file);
    return true;
  } catch (error) {
    withdrawUnfinished(unfinished);
    if (hasCode(error, "ENOENT")) return false;
    throw error;
  }
}

function withdrawUnfinished(unfinished: string): void {
  try {
    unlinkSync(unfinished);
  } catch {
    // It was not written.
  }
}
