import { createConnection, type Socket } from "node:net";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { messageOf } from "../../../errors";
import { type ClientTransport } from "../../connection";
import { StreamConnection } from "../stream-connection";
import { SocketCarrier } from "./socket-carrier";
import { socketPath } from "./socket-path";

/** The client's side of Unix sockets. */
export const unixClient: ClientTransport = {
  async connect(url, _protocol, receiver, { maxMessageBytes }, signal) {
    const socket = await connected(socketPath(url), signal);
    // The system tells when the other end is gone: nothing is asked of a silent one.
    return StreamConnection.open(
      url,
      (carrierReceiver) => new SocketCarrier(socket, carrierReceiver),
      receiver,
      { maxMessageBytes },
      signal,
    );
  },
};

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["ENOENT", "nothing is served there"],
  ["ECONNREFUSED", "connection refused"],
  ["EACCES", "another user's socket"],
  OUT_OF_FILES,
];

function connected(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    const end = () => socket.destroy(new Error("the client closed"));
    signal.addEventListener("abort", end, { once: true });
    const fail = (error: Error) => {
      signal.removeEventListener("abort", end);
      const known = REASONS.find(([code]) => hasCode(error, code));
      reject(new Error(known?.[1] ?? messageOf(error), { cause: error }));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      signal.removeEventListener("abort", end);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}
