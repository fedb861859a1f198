import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { type Socket } from "zeromq";
import { AddressError, messageOf } from "../../errors";
import { parseAddress, type Address } from "../address";
import { bindPrivately } from "./bind-privately";

/** Where a port is taken from when none is named (protocols.md, 1). */
const FIRST_RANDOM_PORT = 10_000;
const LAST_RANDOM_PORT = 12_000;
const RANDOM_PORT_ATTEMPTS = 20;

/**
 * Binds a socket. Without a port it takes a random free one: in 10000..12000 as the originals do, any other if those
 * that were tried are taken.
 *
 * @returns The address with the port that was taken.
 * @throws AddressError naming the address and the reason.
 */
export async function bindSocket(socket: Socket, url: string): Promise<Address> {
  const address = parseAddress(url);
  if (address.scheme !== "tcp") return bind(socket, url, url, address);
  const host = await bindableHost(address.host);
  if (address.port !== undefined) return bind(socket, `tcp://${host}:${address.port}`, url, address);
  for (let attempt = 0; attempt < RANDOM_PORT_ATTEMPTS; attempt++) {
    const port = FIRST_RANDOM_PORT + Math.floor(Math.random() * (LAST_RANDOM_PORT - FIRST_RANDOM_PORT + 1));
    try {
      return await bind(socket, `tcp://${host}:${port}`, url, { ...address, port });
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  await bind(socket, `tcp://${host}:*`, url, address);
  return { ...address, port: Number(socket.lastEndpoint?.split(":").at(-1)) };
}

async function bind(socket: Socket, target: string, url: string, address: Address): Promise<Address> {
  try {
    if (address.scheme === "ipc") bindPrivately(socket, target);
    else await socket.bind(target);
  } catch (error) {
    throw new AddressError(
      `cannot serve at ${url}: ${REASONS[codeOf(error)] ?? messageOf(error)}`,
      {},
      { cause: error },
    );
  }
  return address;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process has the address; choose another port, or leave it out to get a free one",
  EADDRNOTAVAIL: "the host is none of this computer's addresses",
  ENODEV: "the host is none of this computer's addresses",
  EACCES: "not allowed to bind there; ports below 1024 need rights",
  ENOENT: "the folder does not exist",
};

/** By its shape: an error of the binding is no `Error` of a second module realm, such as a test's. */
function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function isTaken(error: unknown): boolean {
  return error instanceof AddressError && codeOf(error.cause) === "EADDRINUSE";
}

/** ZeroMQ binds to numbers, interfaces and `*`; names are looked up here. */
async function bindableHost(host: string): Promise<string> {
  if (host === "*" || host.startsWith("[") || isIP(host) !== 0) return host;
  try {
    const { address, family } = await lookup(host, { verbatim: false });
    return family === 6 ? `[${address}]` : address;
  } catch {
    return host; // The name of an interface, such as eth0.
  }
}
