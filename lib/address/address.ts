import { AddressError } from "../errors";

/** An address, taken apart. */
export type Address =
  | { readonly scheme: "tcp"; readonly host: string; readonly port: number | undefined }
  | { readonly scheme: "ipc" | "inproc"; readonly path: string };

const TCP = /^(\[[0-9a-fA-F:.%a-z]+\]|\*|[^:/[\]\s]+)(?::(\d{1,5}|\*))?(?::(\d{1,5}))?$/;
const MAX_PORT = 65_535;

/**
 * Reads `tcp://HOST[:PORT]`, `ipc://PATH` or `inproc://NAME`. A port of `*` or 0 counts as none. The doubled port that
 * original registries hold, `tcp://127.0.0.1:9000:9000`, is read as one (plantimager RPC).
 *
 * @throws AddressError with what is wrong.
 */
export function parseAddress(url: string): Address {
  const [scheme, rest] = splitScheme(url);
  switch (scheme) {
    case "tcp":
      return parseTcp(url, rest);
    case "ipc":
    case "inproc":
      if (rest === "") throw new AddressError(`"${url}" names nothing after ${scheme}://`);
      return { scheme, path: rest };
    default:
      throw new AddressError(
        `"${url}" is no address: expected tcp://HOST[:PORT], ipc://PATH or inproc://NAME`,
      );
  }
}

export function formatAddress(address: Address): string {
  if (address.scheme !== "tcp") return `${address.scheme}://${address.path}`;
  return address.port === undefined ? `tcp://${address.host}` : `tcp://${address.host}:${address.port}`;
}

function splitScheme(url: string): [scheme: string, rest: string] {
  const separator = url.indexOf("://");
  return separator < 0 ? ["", url] : [url.slice(0, separator), url.slice(separator + 3)];
}

function parseTcp(url: string, rest: string): Address {
  const match = TCP.exec(rest);
  const host = match?.[1];
  if (match === null || host === undefined) {
    throw new AddressError(`"${url}" is no address: expected tcp://HOST[:PORT], such as tcp://10.0.0.7:9000`);
  }
  const [, , first, second] = match;
  if (second !== undefined && second !== first) throw new AddressError(`"${url}" has two different ports`);
  const port = first === undefined || first === "*" ? 0 : Number(first);
  if (port > MAX_PORT) throw new AddressError(`"${url}": port ${port} is past ${MAX_PORT}`);
  return { scheme: "tcp", host, port: port === 0 ? undefined : port };
}
