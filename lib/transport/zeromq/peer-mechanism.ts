import { connect, type NetConnectOpts, type Socket } from "node:net";
import { bareHost } from "../../address/hosts";
import { parseAddress } from "../../address/address";

/** How long a peer has for its first 32 bytes, in milliseconds. */
const GREETING_TIMEOUT_MS = 1_000;

/** What ZeroMQ peers say first (ZMTP 3.0, ZeroMQ RFC 23): signature, version, mechanism. */
const SIGNATURE = Buffer.from("ff00000000000000017f", "hex");
const VERSION = Buffer.from([3, 0]);
const MECHANISM_AT = SIGNATURE.length + VERSION.length;
const MECHANISM_BYTES = 20;

/**
 * Asks a peer how it secures its connections: `NULL` (not at all), `CURVE` or another mechanism. ZeroMQ itself does
 * not tell who closed a handshake for what reason; the greeting does.
 *
 * @param url - `tcp:` with a numeric host, or `ipc:`.
 * @returns Nothing where no ZeroMQ peer answers.
 */
export function peerMechanism(url: string): Promise<string | undefined> {
  const socket = connect(target(url));
  return new Promise((resolve) => {
    let greeting = Buffer.alloc(0);
    const finish = (mechanism: string | undefined) => {
      socket.destroy();
      resolve(mechanism);
    };
    socket.setTimeout(GREETING_TIMEOUT_MS, () => finish(undefined));
    socket.on("error", () => finish(undefined));
    socket.on("close", () => finish(undefined));
    socket.on("data", (chunk) => {
      greeting = Buffer.concat([greeting, chunk]);
      if (greeting.length >= MECHANISM_AT + MECHANISM_BYTES) finish(mechanismOf(greeting));
    });
    greet(socket);
  });
}

/** As much of the own greeting as the peer waits for before it tells its mechanism. */
function greet(socket: Socket): void {
  socket.write(Buffer.concat([SIGNATURE, VERSION]));
}

function mechanismOf(greeting: Buffer): string | undefined {
  if (greeting[0] !== SIGNATURE[0] || greeting[SIGNATURE.length - 1] !== SIGNATURE.at(-1)) return undefined;
  const padded = greeting.toString("latin1", MECHANISM_AT, MECHANISM_AT + MECHANISM_BYTES);
  return padded.replace(/\0+$/, "");
}

function target(url: string): NetConnectOpts {
  const address = parseAddress(url);
  if (address.scheme === "tcp") {
    return { host: bareHost(address.host), port: address.port ?? 0 };
  }
  // A leading @ is ZeroMQ's sign for a name outside the file system (Linux).
  return { path: address.path.replace(/^@/, "\0") };
}
