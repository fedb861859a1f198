import { AddressError } from "../errors";
import { isSubjectToken } from "./subject-token";

/** A `nats:` URL, taken apart. */
export interface NatsUrl {
  /** `HOST` or `HOST:PORT`; any of them will do. With the brackets of IPv6. */
  readonly servers: readonly string[];
  /** What it lets in by; nothing where the URL does not say. */
  readonly login: UrlLogin | undefined;
  /** What stands behind the servers, such as the site and the name of a device; decoded. */
  readonly path: readonly string[];
}

/** How a URL logs in: a name with a password, or a token in the place of both. */
export type UrlLogin = { readonly user: string; readonly password: string } | { readonly token: string };

/** The address of one device. */
export interface NatsDeviceUrl extends NatsUrl {
  readonly site: string;
  readonly name: string;
}

const URL_PARTS = /^nats:\/\/(?:([^@/\s]*)@)?([^@/?#\s]+)((?:\/[^/?#\s]+)*)\/?$/;
const SERVER = /^(?:\[[0-9a-fA-F:.%a-z]+\]|[^:[\]\s,]+)(?::(\d{1,5}))?$/;
const MAX_PORT = 65_535;

/**
 * Reads `nats://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]…][/PATH]`; `TOKEN@` stands for a token. Names and passwords
 * are percent-encoded where they hold what means something in a URL.
 *
 * @throws AddressError with what is wrong; it does not tell the password.
 */
export function parseNatsUrl(url: string): NatsUrl {
  const [, login, servers, path = ""] = URL_PARTS.exec(url) ?? [];
  if (servers === undefined) {
    throw new AddressError(
      `"${withoutLogin(url)}" is no address: expected nats://HOST[:PORT][,HOST[:PORT]…]/SITE/NAME, such as nats://10.0.0.7:4222/berlin/cam-1`,
    );
  }
  return {
    servers: servers.split(",").map((server) => checkedServer(server, url)),
    login: login === undefined ? undefined : loginOf(login, url),
    path: path
      .split("/")
      .slice(1)
      .map((part) => decoded(part, url)),
  };
}

/**
 * Reads the address of a device: a `nats:` URL with a site and a name.
 *
 * @throws AddressError with what is wrong.
 */
export function parseNatsDeviceUrl(url: string): NatsDeviceUrl {
  const parsed = parseNatsUrl(url);
  const [site, name, ...others] = parsed.path;
  if (site === undefined || name === undefined || others.length > 0) {
    throw new AddressError(
      `"${formatNatsUrl(parsed)}" names no device: expected a site and a name behind the servers, such as nats://10.0.0.7:4222/berlin/cam-1`,
    );
  }
  for (const part of [site, name]) {
    if (!isSubjectToken(part)) {
      throw new AddressError(
        `"${formatNatsUrl(parsed)}": ${JSON.stringify(part)} is too long for the name of a device or a site`,
      );
    }
  }
  return { ...parsed, site, name };
}

/** The URL in its usual form, without what lets in: fit to be shown and announced. */
export function formatNatsUrl({ servers, path }: Pick<NatsUrl, "servers" | "path">): string {
  return `nats://${servers.join(",")}${path.map((part) => `/${encodeURIComponent(part)}`).join("")}`;
}

function checkedServer(server: string, url: string): string {
  const match = SERVER.exec(server);
  if (match === null) {
    throw new AddressError(`"${withoutLogin(url)}": "${server}" is no server: expected HOST[:PORT]`);
  }
  const port = Number(match[1] ?? 0);
  if (port > MAX_PORT) throw new AddressError(`"${withoutLogin(url)}": port ${port} is past ${MAX_PORT}`);
  return server;
}

function loginOf(text: string, url: string): UrlLogin {
  const colon = text.indexOf(":");
  if (colon < 0) return { token: decoded(text, url) };
  return { user: decoded(text.slice(0, colon), url), password: decoded(text.slice(colon + 1), url) };
}

function decoded(part: string, url: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AddressError(`"${withoutLogin(url)}" holds a % that stands for nothing`);
  }
}

function withoutLogin(url: string): string {
  return url.replace(/^(nats:\/\/)[^@/]*@/, "$1");
}
