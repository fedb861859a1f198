import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A runtime folder of its own for each test of the file, as systems make one for a user; gone when the test ends. */
export function ownRuntimeFolder(): { path: string } {
  const folder = { path: "" };
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.XDG_RUNTIME_DIR;
    folder.path = mkdtempSync(join(tmpdir(), "rigwire-runtime-"));
    process.env.XDG_RUNTIME_DIR = folder.path;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
    else process.env.XDG_RUNTIME_DIR = before;
    rmSync(folder.path, { recursive: true, force: true });
  });
  return folder;
}
