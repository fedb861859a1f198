import { chmodSync, lstatSync, mkdirSync, rmdirSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";

const PRIVATE_FOLDER = 0o700;
const OTHERS_MAY = 0o077;
const ANYONE_WRITES = 0o002;

/** Whether a file belongs to the user of this process. Windows keeps no such id; there, every file does. */
export function isOwn({ uid }: Pick<Stats, "uid">): boolean {
  const user = process.getuid?.();
  return user === undefined || uid === user;
}

/** Makes a folder that only its user can look into, also where it exists and is open to others. */
export function makePrivateFolder(folder: string): void {
  // What is above the user's own runtime directory, such as /run/user, is for all users.
  mkdirSync(dirname(dirname(folder)), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const stats = statSync(folder);
  if (isOwn(stats) && (stats.mode & OTHERS_MAY) !== 0) chmodSync(folder, PRIVATE_FOLDER);
}

/**
 * Whether nobody else can have put a folder in the user's place. In a folder where anyone may write, such as
 * `/tmp`, anyone can make `runtime-UID` first, and fill it. One that does not exist is safe.
 */
export function isSafeFolder(folder: string): boolean {
  return isOwnWhereAnyoneWrites(folder) && isOwnWhereAnyoneWrites(dirname(folder));
}

function isOwnWhereAnyoneWrites(folder: string): boolean {
  if (process.platform === "win32") return true;
  const around = statSync(dirname(folder), { throwIfNoEntry: false });
  if (around === undefined || (around.mode & ANYONE_WRITES) === 0) return true;
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats === undefined || isOwn(stats);
}

/** Removes a folder if it is there and empty. */
export function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // In use, gone already, or not ours: it stays as it is.
  }
}

/** Whether a folder is there, is no link, belongs to the user of this process, and nobody else can look into it. */
export function isPrivateFolder(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true) return false;
  return process.platform === "win32" || (isOwn(stats) && (stats.mode & OTHERS_MAY) === 0);
}
