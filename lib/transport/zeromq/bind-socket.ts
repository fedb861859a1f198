import { lstat, rm } from "node:fs/promises";
import { createConnection, isIP } from "node:net";
import { type Event, type Socket } from "zeromq";
import { AddressError, messageOf } from "../../errors";
import { hasCode } from "../../system-error";
import { parseAddress, type Address } from "../../address/address";
import { lookUpHost } from "../../address/node/look-up-host";
import { urlHost } from "../../address/hosts";
import { bindPrivately } from "./bind-privately";
import { eventsOf } from "./socket-events";

/** Where a port is taken from when none is named (plantimager RPC). */
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
  if (address.scheme === "ipc") await refuseTakenPath(url, address.path);
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
    const reasons = address.scheme === "tcp" ? { ...REASONS, ...TCP_REASONS } : REASONS;
    throw cannotServe(url, reasons[codeOf(error)] ?? messageOf(error), error);
  }
  return address;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another server has the address",
  EADDRNOTAVAIL: "the host is none of this computer's addresses",
  ENODEV: "the host is none of this computer's addresses",
  EACCES: "not allowed to bind there; ports below 1024 need rights",
  ENOENT: "the folder does not exist",
};

const TCP_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process has the address; choose another port, or leave it out to get a free one",
};

function cannotServe(url: string, reason: string, cause?: unknown): AddressError {
  return new AddressError(`cannot serve at ${url}: ${reason}`, {}, { cause });
}

/** By its shape: an error of the binding is no `Error` of a second module realm, such as a test's. */
function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function isTaken(error: unknown): boolean {
  return error instanceof AddressError && hasCode(error.cause, "EADDRINUSE");
}

/** ZeroMQ binds to numbers, interfaces and `*`; names are looked up here. */
async function bindableHost(host: string): Promise<string> {
  if (host === "*" || host.startsWith("[") || isIP(host) !== 0) return host;
  try {
    const { address } = await lookUpHost(host);
    return urlHost(address);
  } catch {
    return host; // The name of an interface, such as eth0.
  }
}

/** ZeroMQ would remove whatever is at the path: the socket of a server that lives, or a file of somebody. */
async function refuseTakenPath(url: string, path: string): Promise<void> {
  if (path.startsWith("@")) return; // A name of Linux that is no file; nobody can take it from its owner.
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket()) throw cannotServe(url, "there is a file that is no socket");
  if (await isListenedTo(path)) throw cannotServe(url, "another server has the address");
}

/**
 * Resolves when a bound socket that is being closed has let go of its address, which another thread of ZeroMQ does.
 * Call it before the socket is closed. (To unbind it first is no way: the binding does that in a thread of its own,
 * which crashes the process where messages are waited for meanwhile.) A process that has no room for the socket that
 * tells of it does not wait.
 *
 * @param url - Where it is bound.
 */
export async function addressReleased(socket: Socket, url: string): Promise<void> {
  // Within a process nothing tells of the address; it is free when the socket is gone.
  const last = url.startsWith("inproc:") ? "end" : "close";
  const events = eventsIfAny(socket);
  if (events === undefined) return;
  for (let next = await events.next(); next.done !== true; next = await events.next()) {
    if (next.value.type === last) return;
  }
}

function eventsIfAny(socket: Socket): AsyncIterator<Event, undefined> | undefined {
  try {
    return eventsOf(socket);
  } catch {
    return undefined;
  }
}

/** ZeroMQ leaves the file of an `ipc:` address behind. */
export async function removeSocketFile(url: string): Promise<void> {
  const address = parseAddress(url);
  if (address.scheme !== "ipc" || address.path.startsWith("@")) return;
  await rm(address.path, { force: true }).catch(() => undefined);
}

function isListenedTo(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}
