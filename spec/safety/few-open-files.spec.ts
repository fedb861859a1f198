import { freshSocketPath } from "../support/socket-folder";
import { typeScriptProgram } from "../support/typescript-child";

const CURE =
  "this process has as many files and sockets open as the system allows: raise the limit with ulimit -n";

const full = typeScriptProgram(`${__dirname}/programs/full-process.ts`);
const program = typeScriptProgram(`${__dirname}/programs/motor-process.ts`);

describe("a device in a process that may open too few files", () => {
  it.each([22, 23, 24, 25, 26])("fails with what it needs and the cure: ulimit -n %i", async (openFiles) => {
    const child = program.start(["tcp://127.0.0.1"], {}, { openFiles });

    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.stderr).toMatch(
      /a device at tcp:\/\/127\.0\.0\.1 needs 16 files and sockets, and the system allows this process only \d+ more: raise the limit with ulimit -n/,
    );
  });

  it.each([
    ["ipc", () => `ipc://${freshSocketPath()}`],
    ["inproc", () => "inproc://motor"],
  ])("fails the same at %s", async (_scheme, url) => {
    const child = program.start([url()], {}, { openFiles: 24 });

    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.stderr).toMatch(/needs 16 files and sockets/);
  });

  it("is served where there are enough", async () => {
    const child = program.start(["tcp://127.0.0.1"], {}, { openFiles: 48 });

    expect(await child.next()).toMatch(/^tcp:/);
  });
});

describe("a process that has as many files open as it may", () => {
  it.each([
    ["unix", () => `unix://${freshSocketPath()}`],
    ["ws", () => "ws://127.0.0.1"],
  ])("serves and connects no more at %s, and says why and what helps", async (_scheme, url) => {
    const child = full.start([url(), url()], {}, { openFiles: 100 });

    const [served, connected] = (await child.next()) as string[];
    expect(served).toMatch(new RegExp(`cannot serve at (unix|ws)://.*: ${CURE}`));
    expect(connected).toContain(CURE);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
