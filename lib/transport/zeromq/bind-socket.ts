import { lstat, rm, stat } from "node:fs/promises";
import { createConnection, isIP } from "node:net";
import { dirname } from "node:path";
import { type Event, type Socket } from "zeromq";
import { AddressError, messageOf } from "../../errors";
import { hasCode } from "../../system-error";
import { parseAddress, type Address } from "../../address/address";
import { lookUpHost } from "../../address/node/look-up-host";
import { urlHost } from "../../address/hosts";
import { type Bindable } from "./bindable";
import { bindPrivately } from "./bind-privately";
import { isOutOfFiles, outOfFiles, requireFiles } from "../../open-files";
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
export async function bindSocket(socket: Bindable, url: string): Promise<Address> {
  const address = parseAddress(url);
  if (address.scheme === "ipc") await refuseTakenPath(url, address.path);
  if (address.scheme !== "tcp") {
    await bind(socket, url, url);
    return address;
  }
  const host = await bindableHost(address.host);
  if (address.port !== undefined) {
    await bind(socket, `tcp://${host}:${address.port}`, url);
    return address;
  }
  for (let attempt = 0; attempt < RANDOM_PORT_ATTEMPTS; attempt++) {
    const port = FIRST_RANDOM_PORT + Math.floor(Math.random() * (LAST_RANDOM_PORT - FIRST_RANDOM_PORT + 1));
    try {
      await bind(socket, `tcp://${host}:${port}`, url);
      return { ...address, port };
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  const bound = await bind(socket, `tcp://${host}:*`, url);
  return { ...address, port: Number(bound.split(":").at(-1)) };
}

/** Files that binding needs: what listens, and what looks at the address meanwhile. */
const FILES_OF_A_BINDING = 3;

async function bind(socket: Bindable, target: string, url: string): Promise<string> {
  requireFiles(FILES_OF_A_BINDING, `a device at ${url}`);
  try {
    return await (target.startsWith("ipc:") ? bindPrivately(socket, target) : socket.bind(target));
  } catch (error) {
    if (isOutOfFiles(error)) throw outOfFiles(error);
    const reasons = target.startsWith("tcp:") ? { ...REASONS, ...TCP_REASONS } : REASONS;
    throw cannotServe(url, reasons[codeOf(error)] ?? messageOf(error), error);
  }
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
  if (file === undefined) {
    await requireFolder(url, path);
    return;
  }
  if (!file.isSocket()) throw cannotServe(url, "there is a file that is no socket");
  if (await isListenedTo(path)) throw cannotServe(url, "another server has the address");
  // Left behind by a server that was killed.
  await rm(path, { force: true });
}

/** Node takes a folder that is missing for one that is forbidden. */
async function requireFolder(url: string, path: string): Promise<void> {
  try {
    await stat(dirname(path));
  } catch (error) {
    throw cannotServe(url, REASONS[codeOf(error)] ?? messageOf(error), error);
  }
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

/** A socket of ZeroMQ's, to be bound. */
export function bindable(socket: Socket): Bindable {
  return {
    async bind(target) {
      if (target.startsWith("ipc:")) socket.bindSync(target);
      else await socket.bind(target);
      return socket.lastEndpoint ?? target;
    },
  };
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
