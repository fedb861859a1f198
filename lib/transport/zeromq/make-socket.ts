import { context, type Socket } from "zeromq";
import { closeAtExit } from "./close-at-exit";
import { isOutOfFiles, outOfFiles, requireFiles } from "../../open-files";

/**
 * Sockets of ZeroMQ that a process may have, unless its owner raised the number further. A client has up to six of
 * them: one for calls, one for signals, and two behind each that tell what happens to it. ZeroMQ's own limit, 1023,
 * ends at about 300 clients. The room costs a few bytes a socket.
 */
const MAX_SOCKETS = 65_535;

/** Files that a socket of ZeroMQ's and what watches it take, and its threads, which come with the first one. */
const FILES_OF_A_SOCKET = 5;
const FILES_OF_THREADS = 4;

let hasThreads = false;

/**
 * Makes a socket; all sockets of the library are made here, since ZeroMQ takes its limit from before the first one.
 *
 * @throws Error with the cure where the system allows the process too few files.
 */
export function makeSocket<T extends Socket>(make: () => T): T {
  requireFiles(FILES_OF_A_SOCKET + (hasThreads ? 0 : FILES_OF_THREADS), "a socket");
  if (context.maxSockets < MAX_SOCKETS) context.maxSockets = MAX_SOCKETS;
  try {
    const socket = make();
    hasThreads = true;
    closeAtExit(socket);
    return socket;
  } catch (error) {
    throw isOutOfFiles(error) ? outOfFiles(error) : error;
  }
}
