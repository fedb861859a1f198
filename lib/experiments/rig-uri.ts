import { isIP } from "node:net";
import { lookUpHost } from "../address/node/look-up-host";
import { messageOf } from "../errors";
import { formatAddress, type RigAddress } from "./rig-address";
import { RigUriError } from "./rig-errors";

/** The port where none is given (iblutil io.net). */
export const DEFAULT_RIG_PORT = 11_001;

const SCHEMES = ["udp", "tcp", "ws", "wss"] as const;

/** `udp`, or one of three names for plain TCP. */
export type RigScheme = (typeof SCHEMES)[number];

/** Where a rig is reached, or where it listens. */
export interface RigUri {
  readonly scheme: RigScheme;
  /** An IP address or a host name; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** What {@link parseRigUri} allows. */
export interface RigUriOptions {
  /** Allows port 0, with which the system chooses one: for listening only. Default false. */
  readonly anyPort?: boolean;
}

const URI = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/]*)(?::([^/]*))?\/?$/i;
const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*\.?$/i;

/**
 * Reads `udp://10.0.0.7:11001`, `10.0.0.7:11001`, `video-pc`, `tcp://[::1]:9998`.
 *
 * @returns The scheme (default `udp`), host and port (default 11001).
 * @throws RigUriError that says which part is wrong.
 */
export function parseRigUri(text: string, { anyPort = false }: RigUriOptions = {}): RigUri {
  const [matched, scheme = "udp", host = "", port] = URI.exec(text.trim()) ?? [];
  if (matched === undefined) {
    throw new RigUriError(
      `"${text}" is no rig URI; its form is scheme://host:port, such as udp://10.0.0.7:11001`,
    );
  }
  return {
    scheme: readScheme(scheme, text),
    host: readHost(host, text),
    port: readPort(port, text, anyPort),
  };
}

/** `udp://10.0.0.7:11001`. */
export function formatRigUri(uri: RigUri): string {
  return `${uri.scheme}://${formatAddress(uri)}`;
}

/**
 * The IP address and port of a URI; IPv4 is preferred where a name has both.
 *
 * @throws RigUriError for a host name that cannot be resolved.
 */
export async function resolveRigUri({ host, port }: RigUri): Promise<RigAddress> {
  if (isIP(host) !== 0) return { host, port };
  const { address } = await lookUpHost(host).catch((error: unknown) => {
    throw new RigUriError(
      `the host name "${host}" cannot be resolved: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  });
  return { host: address, port };
}

function readScheme(scheme: string, text: string): RigScheme {
  const known = SCHEMES.find((each) => each === scheme.toLowerCase());
  if (known === undefined) {
    throw new RigUriError(`"${text}": unknown scheme "${scheme}"; choose one of: ${SCHEMES.join(", ")}`);
  }
  return known;
}

function readHost(host: string, text: string): string {
  if (host === "") throw new RigUriError(`"${text}": the host is missing`);
  if (host.startsWith("[")) {
    const address = host.slice(1, -1);
    if (isIP(address) !== 6) throw new RigUriError(`"${text}": "${address}" is no IPv6 address`);
    return address;
  }
  const looksLikeIp = /^[\d.]+$/.test(host);
  if (looksLikeIp ? isIP(host) !== 4 : !HOST_NAME.test(host)) {
    throw new RigUriError(`"${text}": "${host}" is no ${looksLikeIp ? "IPv4 address" : "host name"}`);
  }
  return host;
}

function readPort(port: string | undefined, text: string, anyPort: boolean): number {
  if (port === undefined) return DEFAULT_RIG_PORT;
  const value = /^\d+$/.test(port) ? Number(port) : NaN;
  const lowest = anyPort ? 0 : 1;
  if (!(value >= lowest && value <= 65_535)) {
    throw new RigUriError(`"${text}": "${port}" is no port number (${lowest} to 65535)`);
  }
  return value;
}
