import { rmSync, statSync } from "node:fs";
import { parseAddress } from "../address";

/**
 * The file of a bound `ipc:` address. ZeroMQ leaves it behind.
 *
 * @returns Removes it, unless another server has taken the path meanwhile; call it while the socket is still bound.
 */
export function ipcFileRemover(url: string): () => void {
  const address = parseAddress(url);
  if (address.scheme !== "ipc" || address.path.startsWith("@")) return () => undefined;
  const { path } = address;
  const own = inodeOf(path);
  return () => {
    if (own !== undefined && inodeOf(path) === own) rmSync(path, { force: true });
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
