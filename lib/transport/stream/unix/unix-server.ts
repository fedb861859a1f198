import { existsSync } from "node:fs";
import { lstat, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { AddressError, messageOf } from "../../../errors";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { type ServerTransport } from "../../endpoint";
import { openDoor } from "../admission";
import { type Arrival, type Listener, StreamEndpoint } from "../stream-endpoint";
import { isListenedTo } from "./is-listened-to";
import { listenPrivately } from "./listen-privately";
import { SocketCarrier } from "./socket-carrier";
import { socketPath } from "./socket-path";

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

function cannotServe(url: string, reason: string, cause?: unknown): AddressError {
  return new AddressError(`cannot serve at ${url}: ${reason}`, {}, { cause });
}
