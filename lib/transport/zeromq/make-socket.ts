import { context, type Socket } from "zeromq";
import { hasCode } from "../../system-error";
import { closeAtExit } from "./close-at-exit";

/**
 * Sockets of ZeroMQ that a process may have, unless its owner raised the number further. A client has up to six of
 * them: one for calls, one for signals, and two behind each that tell what happens to it. ZeroMQ's own limit, 1023,
 * ends at about 300 clients. The room costs a few bytes a socket.
 */
const MAX_SOCKETS = 65_535;

/**
 * Makes a socket; all sockets of the library are made here, since ZeroMQ takes its limit from before the first one.
 *
 * @throws Error with the cure where the system allows the process no more.
 */
export function makeSocket<T extends Socket>(make: () => T): T {
  if (context.maxSockets < MAX_SOCKETS) context.maxSockets = MAX_SOCKETS;
  try {
    const socket = make();
    closeAtExit(socket);
    return socket;
  } catch (error) {
    throw isOutOfFiles(error) ? outOfFiles(error) : error;
  }
}

export function isOutOfFiles(error: unknown): boolean {
  return hasCode(error, "EMFILE");
}

export function outOfFiles(cause?: unknown): Error {
  return new Error(
    "this process has as many files and sockets open as the system allows: raise the limit with ulimit -n, " +
      "or LimitNOFILE= of its systemd unit",
    { cause },
  );
}
