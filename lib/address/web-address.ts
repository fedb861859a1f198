import { AddressError } from "../errors";

/** A `ws:` or `wss:` address, taken apart. */
export interface WebAddress {
  readonly scheme: "ws" | "wss";
  /** With the brackets of IPv6. */
  readonly host: string;
  readonly port: number | undefined;
  /** Begins with a slash. */
  readonly path: string;
}

const WEB = /^(wss?):\/\/(\[[0-9a-fA-F:.%a-z]+\]|\*|[^:/?#[\]@\s]+)(?::(\d{1,5}|\*))?(\/[^?#\s]*)?$/;
const MAX_PORT = 65_535;

/** Where connections go that name no port. */
const DEFAULT_PORTS = { ws: 80, wss: 443 } as const;

/**
 * Reads `ws://HOST[:PORT][/PATH]`, and the same with `wss`. A port of `*` or 0 counts as none.
 *
 * @throws AddressError with what is wrong.
 */
export function parseWebAddress(url: string): WebAddress {
  const match = WEB.exec(url);
  const [, scheme, host, portText, path = "/"] = match ?? [];
  if (host === undefined || (scheme !== "ws" && scheme !== "wss")) {
    throw new AddressError(
      `"${url}" is no address: expected ws://HOST[:PORT][/PATH], such as ws://10.0.0.7:9001, or the same with wss`,
    );
  }
  const port = portText === undefined || portText === "*" ? 0 : Number(portText);
  if (port > MAX_PORT) throw new AddressError(`"${url}": port ${port} is past ${MAX_PORT}`);
  return { scheme, host, port: port === 0 ? undefined : port, path };
}

/** The address in its usual form. */
export function formatWebAddress({ scheme, host, port, path }: WebAddress): string {
  return `${scheme}://${host}${port === undefined ? "" : `:${port}`}${path === "/" ? "" : path}`;
}

/** The port that a client connects to. */
export function portToConnect({ scheme, port }: WebAddress): number {
  return port ?? DEFAULT_PORTS[scheme];
}

/** Whether a URL is one of these. */
export function isWebUrl(url: string): boolean {
  return url.startsWith("ws://") || url.startsWith("wss://");
}
