import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let folder: string | undefined;
let sockets = 0;

/** Another path for a Unix socket each time, in a folder that is gone when the tests of the file are done. */
export function freshSocketPath(): string {
  folder ??= mkdtempSync(join(tmpdir(), "rigwire-sockets-"));
  return join(folder, `socket-${++sockets}`);
}

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});
