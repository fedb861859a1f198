import { existsSync } from "node:fs";
import { join } from "node:path";

import { typeScriptProgram } from "../support/typescript-child";
import { RuntimeFolder } from "./runtime-folder";

describe("when the process of an advertisement", () => {
  const advertiser = typeScriptProgram(join(__dirname, "programs/advertiser.ts"));
  let runtime: RuntimeFolder;

  beforeEach(() => (runtime = new RuntimeFolder()));
  afterEach(() => runtime.remove());

  const start = (way: string) => advertiser.start([way], { XDG_RUNTIME_DIR: runtime.path });

  it.each([
    ["has nothing left to do, it ends and the file is gone", "end", { code: 0, signal: null }],
    ["exits, the file is gone", "exit", { code: 3, signal: null }],
    ["ends by an error, the file is gone", "throw", { code: 1, signal: null }],
  ])("%s", async (_case, way, end) => {
    const child = start(way);

    expect(await child.next()).toContain(runtime.advertisements);
    expect(await child.ended).toEqual(end);
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "gets %s, it ends by that signal and the file is gone",
    async (signal) => {
      const child = start("stay");
      await child.next();

      child.signal(signal);

      expect(await child.ended).toEqual({ code: null, signal });
      expect(existsSync(runtime.advertisements)).toBe(false);
    },
  );

  it("handles a signal itself, it ends in its own way and the file is gone", async () => {
    const child = start("handle");
    await child.next();

    child.signal("SIGTERM");

    expect(await child.ended).toEqual({ code: 5, signal: null });
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("survives a signal again and again, the file stays until one ends it", async () => {
    const child = start("survive");
    const file = await child.next();
    for (const time of [1, 2]) {
      child.signal("SIGHUP");
      expect(await child.next()).toEqual({ survived: time });
      expect(existsSync(String(file))).toBe(true);
    }

    child.signal("SIGTERM");

    expect(await child.ended).toEqual({ code: null, signal: "SIGTERM" });
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("also cleans up in another library that waits to be alone with the signal, neither waits for the other", async () => {
    const child = start("last");
    await child.next();

    child.signal("SIGTERM");

    expect(await child.ended).toEqual({ code: null, signal: "SIGTERM" });
  });

  it("removes the folders that another is about to use, neither fails", async () => {
    const children = [start("again"), start("again")];

    for (const child of children) {
      await child.next();
      expect(await child.next()).toBe("done");
      expect(await child.ended).toEqual({ code: 0, signal: null });
    }
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("opens and closes it, it listens only in between, and once for all", async () => {
    const child = start("close");
    await child.next();

    expect(await child.next()).toEqual({ before: 0, open: 5, two: 5, closed: 0 });
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
