import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A path for a Unix socket, in a folder of its own that goes with this process. */
export function freeSocketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "rigwire-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "socket");
}
