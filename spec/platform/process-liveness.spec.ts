import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { uptime } from "node:os";
import { join } from "node:path";

import { isWriterAlive, parseProcessEntry } from "../../lib/platform/process-liveness";
import { eventually } from "../support/eventually";
import { deadPid, RuntimeFolder } from "../advertisement/runtime-folder";

const TMPFS = 0x01021994;
const onLinux = process.platform === "linux" ? it : it.skip;

describe("the writer of a file", () => {
  let runtime: RuntimeFolder;
  let file: string;
  let child: ChildProcess;

  beforeEach(async () => {
    runtime = new RuntimeFolder();
    file = join(runtime.path, "file");
    writeFileSync(file, "");
    child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    await once(child, "spawn");
  });

  afterEach(async () => {
    const exit = once(child, "exit");
    if (child.kill("SIGKILL")) await exit;
    runtime.remove();
  });

  const isAlive = (pid: number | undefined, wroteAtMs = Date.now()) =>
    isWriterAlive({ pid: pid ?? 0, file, wroteAtMs });

  it("is alive while its process runs", async () => {
    expect(await isAlive(process.pid)).toBe(true);
    expect(await isAlive(child.pid)).toBe(true);
    expect(await isAlive(child.pid, Date.now() + 3_600_000)).toBe(true);
  });

  it("is alive when it wrote as soon as it started", async () => {
    expect(await isAlive(process.pid, performance.timeOrigin)).toBe(true);
  });

  it("is dead when its process is gone", async () => {
    expect(await isAlive(deadPid())).toBe(false);
  });

  onLinux("is dead when its process id belongs to a program that was started later", async () => {
    const soonAfterBoot = Date.now() - uptime() * 1000 + 1_000;

    expect(await isAlive(child.pid, soonAfterBoot)).toBe(false);
  });

  onLinux("is dead when a disk kept its file from before the system booted", async () => {
    if ((await statfs(runtime.path)).type === TMPFS) return;

    expect(await isAlive(child.pid, Date.now() - uptime() * 1000 - 3_600_000)).toBe(false);
  });

  onLinux(
    "is alive when its file is in memory and yet older than the system: the clock was set",
    async () => {
      if ((await statfs("/dev/shm")).type !== TMPFS) return;
      const memory = new RuntimeFolder("/dev/shm");
      try {
        const inMemory = join(memory.path, "file");
        writeFileSync(inMemory, "");
        expect(await isWriterAlive({ pid: process.pid, file: inMemory, wroteAtMs: 0 })).toBe(true);
      } finally {
        memory.remove();
      }
    },
  );

  onLinux("is dead when its process has ended and its parent has not looked", async () => {
    // It outlives the shell, which would look after it.
    const careless = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line] = await once(careless.stdout, "data");
      await eventually("the process is taken for dead", async () => !(await isAlive(Number(String(line)))));
      expect(readFileSync(`/proc/${String(line).trim()}/stat`, "utf8")).toContain(") Z ");
    } finally {
      const exit = once(careless, "exit");
      careless.kill("SIGKILL");
      await exit;
    }
  });
});

describe("a line of /proc/PID/stat", () => {
  const AFTER_NAME = "S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 11 0 4711 1 2 3";

  it.each(["node", "a (b) c", ") S 1 ("])("is read where the program is called %j", (name) => {
    expect(parseProcessEntry(`42 (${name}) ${AFTER_NAME}`)).toEqual({
      state: "S",
      threads: 11,
      startedMs: 47_110,
    });
  });

  it.each(["", "42 (node) S 1 1", "42"])("is refused where it is %j", (line) => {
    expect(parseProcessEntry(line)).toBeUndefined();
  });
});
