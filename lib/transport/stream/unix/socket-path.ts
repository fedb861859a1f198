import { AddressError } from "../../../errors";

export const SCHEME = "unix://";

/** What an address of a socket has room for, in bytes, with the zero at its end. */
const MAX_PATH_BYTES = process.platform === "linux" ? 108 : 104;

/**
 * Where the socket of a `unix://PATH` URL is: a file, or a named pipe on Windows.
 *
 * @throws AddressError if there can be none.
 */
export function socketPath(url: string): string {
  const path = url.slice(SCHEME.length);
  if (!url.startsWith(SCHEME) || path === "") {
    throw new AddressError(`"${url}" is no address of a Unix socket: expected unix://PATH`);
  }
  if (path.includes("\0")) throw new AddressError(`${JSON.stringify(url)} has a zero in its path`);
  if (process.platform === "win32") return `\\\\.\\pipe\\${path.replace(/[/\\:]+/g, "-")}`;
  // Longer ones would be cut off without a word.
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) {
    throw new AddressError(
      `${url} is too long for a Unix socket: its path has ${Buffer.byteLength(path)} bytes, at most ${MAX_PATH_BYTES - 1} are possible`,
    );
  }
  return path;
}
