import { chmodSync, existsSync } from "node:fs";
import { lstat, rm } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { AddressError, messageOf } from "../../../errors";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { type ServerTransport } from "../../endpoint";
import { openDoor } from "../admission";
import { type Arrival, type Listener, StreamEndpoint } from "../stream-endpoint";
import { SocketCarrier } from "./socket-carrier";
import { socketPath } from "./socket-path";

const OWNER_ONLY = 0o600;
/** Keeps all rights of others off what is made meanwhile; the owner's own must stay, for folders that others make. */
const NOTHING_FOR_OTHERS = 0o077;

/** The server's side of Unix sockets. Who may connect is the file's owner: nobody else can open it. */
export const unixServer: ServerTransport = {
  listen: (url, handler, options, log) =>
    StreamEndpoint.open(
      {
        listen: (onArrival) => listenAt(url, onArrival),
        doorkeeper: openDoor,
        heartbeatMs: undefined,
      },
      handler,
      options,
      log,
    ),
};

async function listenAt(url: string, onArrival: (arrival: Arrival) => void): Promise<Listener> {
  const path = socketPath(url);
  if (process.platform !== "win32") await clearPath(url, path);
  const server = createServer((socket) =>
    onArrival({ open: (receiver) => new SocketCarrier(socket, receiver), address: undefined }),
  );
  try {
    await listenPrivately(server, path);
  } catch (error) {
    throw cannotServe(url, REASONS.find(([code]) => hasCode(error, code))?.[1] ?? messageOf(error), error);
  }
  return {
    url,
    // The file is removed with it.
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["EADDRINUSE", "another server has the address"],
  ["EACCES", "not allowed to make a socket there"],
  OUT_OF_FILES,
];

/**
 * From the socket's first moment nobody else can connect. In a worker thread, which may not see to that
 * (`process.umask`), others are shut out right after it is made.
 */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const before = isMainThread ? process.umask(NOTHING_FOR_OTHERS) : undefined;
    try {
      // It binds before it returns.
      server.listen({ path }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      if (before !== undefined) process.umask(before);
    }
    if (server.listening && process.platform !== "win32") chmodSync(path, OWNER_ONLY);
  });
}

/** A server that was killed leaves its file behind; that of one that lives stays, and so does anybody's file. */
async function clearPath(url: string, path: string): Promise<void> {
  // The system gives the same reason for this as for a folder that may not be written.
  if (!existsSync(dirname(path))) throw cannotServe(url, "the folder does not exist");
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket()) throw cannotServe(url, "there is a file that is no socket");
  if (await isListenedTo(path)) throw cannotServe(url, "another server has the address");
  await rm(path, { force: true });
}

function isListenedTo(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection({ path });
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    // Whoever cannot be asked may live.
    connection.once("error", (error) => resolve(!hasCode(error, "ECONNREFUSED")));
  });
}

function cannotServe(url: string, reason: string, cause?: unknown): AddressError {
  return new AddressError(`cannot serve at ${url}: ${reason}`, {}, { cause });
}
