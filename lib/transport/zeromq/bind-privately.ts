import { chmodSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { type Bindable } from "./bindable";

const SCHEME = "ipc://";
const OWNER_ONLY = 0o600;
/** Keeps all rights of others off what is made meanwhile; the owner's own must stay, for folders that others make. */
const NOTHING_FOR_OTHERS = 0o077;

/**
 * Binds to a file of the user's: from its first moment nobody else can connect to it. In a worker thread, which may not
 * do that (`process.umask`), others are shut out right after it is made.
 *
 * @returns The address that was taken.
 */
export async function bindPrivately(socket: Bindable, url: string): Promise<string> {
  const before = isMainThread ? process.umask(NOTHING_FOR_OTHERS) : undefined;
  let binding: Promise<string>;
  try {
    // The file is there when this returns.
    binding = socket.bind(url);
  } finally {
    if (before !== undefined) process.umask(before);
  }
  const bound = await binding;
  const path = bound.slice(SCHEME.length);
  const isFile = path !== "" && !path.startsWith("@");
  if (isFile && process.platform !== "win32") chmodSync(path, OWNER_ONLY);
  return bound;
}
