import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { clientOf, connect } from "rigwire";
import { pause } from "../../lib/time/pause";
import { Probe } from "../hostile/programs/device-process";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { freshSocketPath } from "../support/socket-folder";
import { typeScriptProgram } from "../support/typescript-child";

const CURE =
  "this process has as many files and sockets open as the system allows: raise the limit with ulimit -n";

const device = typeScriptProgram(`${__dirname}/../hostile/programs/device-process.ts`);
const full = typeScriptProgram(`${__dirname}/programs/full-process.ts`);
const program = typeScriptProgram(`${__dirname}/programs/motor-process.ts`);

describe("a device in a process that may open too few files", () => {
  it.each([22, 23, 24, 25, 26])("fails with what it needs and the cure: ulimit -n %i", async (openFiles) => {
    const child = program.start(["tcp://127.0.0.1"], {}, { openFiles });

    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.stderr).toMatch(
      /a device at tcp:\/\/127\.0\.0\.1 needs 20 files and sockets, and the system allows this process only \d+ more: raise the limit with ulimit -n/,
    );
  });

  it.each([
    ["ipc", () => `ipc://${freshSocketPath()}`],
    ["inproc", () => "inproc://motor"],
  ])("fails the same at %s", async (_scheme, url) => {
    const child = program.start([url()], {}, { openFiles: 24 });

    expect(await child.ended).toEqual({ code: 1, signal: null });
    expect(child.stderr).toMatch(/needs 20 files and sockets/);
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

describe("a device with keys that has no room for another client", () => {
  it("says so to whoever comes, and rests", async () => {
    const child = device.start(["with-keys"]);
    const { url, publicKey, secretKey } = (await child.next()) as Record<string, string>;
    const security = { keys: { publicKey: publicKey!, secretKey: secretKey! }, serverKey: publicKey! };
    const connecting = () => {
      const probe = connect(Probe, url!, { security, logger: new RecordingLogger() });
      closing(clientOf(probe));
      return probe;
    };
    const cpuMs = async () => {
      child.send("cpu");
      const { user, system } = (await child.next()) as NodeJS.CpuUsage;
      return (user + system) / 1_000;
    };
    const first = connecting();
    await first.stop();
    const open = readdirSync(`/proc/${child.pid}/fd`).length;
    execFileSync("prlimit", ["--pid", String(child.pid), `--nofile=${open + 6}`]);

    const outcomes = Array.from({ length: 20 }, () =>
      clientOf(connecting())
        .inventory({ timeoutMs: 2_000 })
        .then(() => undefined, String),
    );
    const errors = (await Promise.all(outcomes)).filter((outcome) => outcome !== undefined);
    expect(errors.length).toBeGreaterThanOrEqual(14);
    expect(errors.join()).toContain("the device has no room for another client");
    // They go on trying.
    const startedAt = performance.now();
    const before = await cpuMs();
    await pause(3_000);
    const share = ((await cpuMs()) - before) / (performance.now() - startedAt);

    process.stdout.write(`${errors.length} clients wait in vain: ${(100 * share).toFixed(0)} % of a core\n`);
    expect(share).toBeLessThan(0.2);
    expect(await first.stop()).toBe(true);
    child.send("end");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
