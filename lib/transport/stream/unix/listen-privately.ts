import { chmodSync } from "node:fs";
import { type Server } from "node:net";
import { isMainThread } from "node:worker_threads";

const OWNER_ONLY = 0o600;
/** Keeps all rights of others off what is made meanwhile; the owner's own must stay, for folders that others make. */
const NOTHING_FOR_OTHERS = 0o077;

/** More than connect within one turn: Linux refuses those that find no room. */
const BACKLOG = 4_096;

/**
 * Listens at the path of a Unix socket, or at a named pipe. From the socket's first moment nobody else can connect. In a
 * worker thread, which may not see to that (`process.umask`), others are shut out right after it is made.
 *
 * @throws the system's error.
 */
export function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = isMainThread ? process.umask(NOTHING_FOR_OTHERS) : undefined;
    try {
      // It binds before it returns.
      server.listen({ path, backlog: BACKLOG, exclusive: true }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      if (before !== undefined) process.umask(before);
    }
    if (server.listening && process.platform !== "win32") chmodSync(path, OWNER_ONLY);
  });
}
