import { createConnection, type OnReadOpts, type Socket } from "node:net";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { messageOf } from "../../../errors";

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["ENOENT", "nothing is served there"],
  ["ECONNREFUSED", "connection refused"],
  ["EACCES", "another user's socket"],
  OUT_OF_FILES,
];

/**
 * A connection to a Unix socket, or to a named pipe.
 *
 * @param signal - Ends the attempt.
 * @param onread - Gets what comes.
 * @throws Error with the reason in a few words.
 */
export function connectSocket(path: string, signal: AbortSignal, onread: OnReadOpts): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path, onread });
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
