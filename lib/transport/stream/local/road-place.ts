import { randomBytes } from "node:crypto";
import { lstatSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isOwn, isPrivateFolder, isSafeFolder, makePrivateFolder } from "../../../platform/private-folder";
import { runtimeDirectoryOf } from "../../../platform/runtime-directory";
import { isListenedTo } from "../unix/is-listened-to";
import { SCHEME, socketPath } from "../unix/socket-path";

const APPLICATION = "rigwire";

const PIPE = "\\\\.\\pipe\\rigwire-";
const FILE = /^[\da-f]{24}\.sock$/;
const PIPE_NAME = /^[\da-f]{24}$/;
const NAME_BYTES = 12;

/** Between the moment a socket has its file and the one in which it listens, it looks like a dead one. */
const NEW_FOR_MS = 10_000;

/** So many are looked at in one start. */
const MAX_LOOKED_AT = 256;

const isWindows = process.platform === "win32";

/**
 * Another place each time at which a server can listen for the clients of its own computer and user. Nobody can guess
 * it, and on another computer, or in a container, no other server has the same.
 *
 * @throws Error if the user's runtime folder cannot be used.
 */
export function freshRoadPlace(): string {
  const name = randomBytes(NAME_BYTES).toString("hex");
  if (isWindows) return `${PIPE}${name}`;
  const folder = runtimeDirectoryOf(APPLICATION);
  if (!isSafeFolder(folder)) throw new Error(`${folder} may be another user's`);
  makePrivateFolder(folder);
  if (!isPrivateFolder(folder)) throw new Error(`${folder} is not this user's alone`);
  return socketPath(`${SCHEME}${join(folder, `${name}.sock`)}`);
}

/** Whether a path that a server named can be one of these, made by a process of this user: no other is connected to. */
export function isRoadPlace(path: string): boolean {
  if (isWindows) return path.startsWith(PIPE) && PIPE_NAME.test(path.slice(PIPE.length));
  const folder = dirname(path);
  if (path !== join(folder, basename(path)) || !FILE.test(basename(path))) return false;
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.isSocket() === true && isOwn(file) && isPrivateFolder(folder);
}

/** Removes what servers left behind that were killed: nobody listens there any more. Never fails. */
export async function removeDeadRoads(folder = runtimeDirectoryOf(APPLICATION)): Promise<void> {
  if (isWindows) return;
  try {
    const files = (await readdir(folder)).filter((name) => FILE.test(name));
    for (const name of files.slice(0, MAX_LOOKED_AT)) await removeIfDead(join(folder, name));
  } catch {
    // There is no folder, or it was removed meanwhile: nothing is in the way.
  }
}

async function removeIfDead(path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined);
  if (file?.isSocket() !== true || !isOwn(file) || Date.now() - file.mtimeMs < NEW_FOR_MS) return;
  if (!(await isListenedTo(path))) await rm(path, { force: true });
}
