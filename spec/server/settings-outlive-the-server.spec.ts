import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { Max, Min } from "class-validator";
import { arrayOf, clientOf, connect, NdArray, nd, RpcProperty, RpcService, serve, setOf } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { canMount, mountSmallDisk } from "../support/small-disk";

@RpcService({ type: "stage" })
class Stage {
  readonly assigned: number[] = [];
  private current: number = 5;

  @RpcProperty({ persist: true, unit: "mm/s" })
  @Min(1)
  @Max(20)
  get speed(): number {
    return this.current;
  }

  set speed(speed: number) {
    if (speed === 13) throw new Error("the drive takes no 13");
    this.assigned.push(speed);
    this.current = speed;
  }

  @RpcProperty({ persist: true, type: NdArray, nullable: true }) calibration: NdArray | null = null;
  @RpcProperty({ persist: true, type: Date }) calibrated: Date = new Date(0);
  @RpcProperty({ persist: true, type: setOf(String) }) axes = new Set<string>();
  @RpcProperty({ persist: true, type: arrayOf(BigInt) }) counts: bigint[] = [];
  @RpcProperty() passing: number = 0;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rigwire-settings-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, "stage-1.json");

async function serveStage(settingsFolder = folder) {
  const stage = new Stage();
  const logger = new RecordingLogger();
  const server = closing(await serve(stage, { name: "stage-1", settingsFolder, logger }));
  const remote = connect(Stage, server.url);
  closing(clientOf(remote));
  return { stage, server, remote, log: logger.lines };
}

function keep(values: string, units = "{}"): void {
  writeFileSync(file(), `{"rigwire": "settings", "type": "stage", "units": ${units}, "values": ${values}}`);
}

describe("what callers set to a property with persist", () => {
  it("is there again when the device is, of whatever type", async () => {
    const { remote, server } = await serveStage();
    const calibration = nd(new Float64Array([1.5, -0, NaN]), [1, 3]);
    await remote.speed.set(12);
    await remote.calibration.set(calibration);
    await remote.calibrated.set(new Date("2026-01-31T12:00:00.123Z"));
    await remote.axes.set(new Set(["x", "y"]));
    await remote.counts.set([2n ** 64n]);
    await remote.passing.set(7);
    await server.close();

    const again = await serveStage();

    expect(again.stage).toMatchObject({
      assigned: [12],
      calibration,
      calibrated: new Date("2026-01-31T12:00:00.123Z"),
      axes: new Set(["x", "y"]),
      counts: [2n ** 64n],
      passing: 0,
    });
    expect(again.log).toEqual([expect.stringMatching(/^info: stage-1 has its settings again: speed = 12, /)]);
  });

  it("is on the disk before the server closes, and nothing else is beside it", async () => {
    const { remote } = await serveStage();

    await remote.speed.set(12);

    await eventually("the file", () => existsSync(file()));
    expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({
      rigwire: "settings",
      type: "stage",
      name: "stage-1",
      units: { speed: "mm/s" },
      values: { speed: 12 },
    });
    expect(readdirSync(folder).sort()).toEqual(["stage-1.json", "stage-1.lock"]);
  });

  it("does not include what is refused, what the setter refuses, or what the device assigns", async () => {
    const { remote, stage, server } = await serveStage();
    await remote.speed.set(12);

    await expect(remote.speed.set(21)).rejects.toThrow();
    await expect(remote.speed.set(13)).rejects.toThrow("the drive takes no 13");
    stage.speed = 3;
    await server.close();

    expect((await serveStage()).stage.speed).toBe(12);
  });
});

describe("a file of settings", () => {
  it("keeps what is refused now, and says so", async () => {
    keep('{"speed": 50, "counts": [1]}');

    const { stage, log, remote, server } = await serveStage();

    expect(stage).toMatchObject({ speed: 5, counts: [1n] });
    expect(log[0]).toMatch(
      /^error: stage-1\.speed starts with its default: 50 of .*stage-1\.json is refused: speed must/,
    );
    await remote.counts.set([2n]);
    await server.close();
    expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({ values: { speed: 50, counts: [2] } });
  });

  it("is of no use where the unit is another now", async () => {
    keep('{"speed": 12}', '{"speed": "um/s"}');

    const { stage, log } = await serveStage();

    expect(stage.speed).toBe(5);
    expect(log[0]).toContain("it is in um/s, and the property is in mm/s now");
  });

  it("keeps members that the device does not have", async () => {
    keep('{"gone": {"a": 1e400, "b": 12345678901234567890}}');
    const { remote, server } = await serveStage();

    await remote.speed.set(2);
    await server.close();

    expect(readFileSync(file(), "utf8")).toContain('"gone": {"a":Infinity,"b":12345678901234567890}');
  });

  it.each([
    ["is broken", '{"rigwire": "settings", "val'],
    ["is another's", '{"rigwire": "settings", "type": "valve", "values": {"speed": 3}}'],
  ])("is put aside where it %s, and said so", async (_, text) => {
    writeFileSync(file(), text);

    const { stage, log } = await serveStage();

    expect(stage.speed).toBe(5);
    const [aside = ""] = readdirSync(folder).filter((name) => name.endsWith(".aside"));
    expect(readFileSync(join(folder, aside), "utf8")).toBe(text);
    expect(log).toEqual([expect.stringContaining(`it was put aside as ${join(folder, aside)}`)]);
  });

  it("is one server's alone, until that closes", async () => {
    const first = await serveStage();

    await expect(serveStage()).rejects.toThrow(
      /the settings of stage-1 are in use .* process \d+ keeps them, this one; end/,
    );

    await first.server.close();
    await serveStage();
  });

  it("is one process's alone, until that is gone", async () => {
    const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
    writeFileSync(
      join(folder, "stage-1.lock"),
      JSON.stringify({
        pid: other.pid,
        started: "",
        host: hostname(),
        id: "other",
      }),
    );
    await expect(serveStage()).rejects.toThrow(`process ${other.pid ?? 0} keeps them; end that server`);

    await ended(other);

    await serveStage();
  });

  const lockOf = (host: string) => JSON.stringify({ pid: 1, started: "", host, id: "other" });
  const lock = () => join(folder, "stage-1.lock");

  it("is taken over from another computer, of which nothing is known, and said so", async () => {
    keep('{"speed": 12}');
    writeFileSync(lock(), lockOf("elsewhere"));

    const { stage, log, remote, server } = await serveStage();

    expect(stage.speed).toBe(12);
    expect(log[0]).toMatch(
      /^warn: stage-1 took over .*stage-1\.json from process 1 on elsewhere: if a server/,
    );
    await remote.speed.set(7);
    await server.close();
    expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({ values: { speed: 7 } });
  });

  it("is left to another computer that took it over, and what is not kept any more is told", async () => {
    const { log, remote, server } = await serveStage();
    keep('{"speed": 12}');
    writeFileSync(lock(), lockOf("elsewhere"));

    await remote.speed.set(7);

    await eventually("the error", () => log.length > 0);
    expect(log).toEqual([
      expect.stringMatching(
        /^error: stage-1: its settings .* no more: process 1 on elsewhere took them over/,
      ),
    ]);
    expect(await remote.speed.get()).toBe(7);
    await server.close();
    expect(log[1]).toMatch(/^error: stage-1 closed before speed could be kept in /);
    expect(readFileSync(file(), "utf8")).toContain('{"speed": 12}');
    expect(readFileSync(lock(), "utf8")).toBe(lockOf("elsewhere"));
  });

  const itWithDisks = canMount() ? it : it.skip;

  itWithDisks("is read where the folder is read-only, and what cannot be kept there is told", async () => {
    const disk = join(folder, "disk");
    const { makeReadOnly } = mountSmallDisk(disk);
    const first = await serveStage(disk);
    await first.remote.speed.set(12);
    await first.server.close();
    makeReadOnly();

    const { stage, log, remote, server } = await serveStage(disk);

    expect(stage.speed).toBe(12);
    expect(log[0]).toMatch(
      /^error: stage-1: its settings cannot be kept in .*: EROFS: read-only file system/,
    );
    await remote.speed.set(7);
    expect(await remote.speed.get()).toBe(7);
    await server.close();
    expect(log.at(-1)).toMatch(/^error: stage-1 closed before speed could be kept in /);
  });

  itWithDisks("is read where the disk is full, and no empty lock stays there", async () => {
    const disk = join(folder, "disk");
    mountSmallDisk(disk);
    const first = await serveStage(disk);
    await first.remote.speed.set(12);
    await first.server.close();
    fill(join(disk, "full"));

    const { stage, log } = await serveStage(disk);

    expect(stage.speed).toBe(12);
    expect(log[0]).toMatch(/^error: stage-1: its settings cannot be kept in .*: ENOSPC: no space left/);
    expect(readdirSync(disk).sort()).toEqual(["full", "stage-1.json"]);
  });

  itWithDisks("stays as it was while the disk is full, and is written when there is room again", async () => {
    const disk = join(folder, "disk");
    mountSmallDisk(disk);
    const { log, remote } = await serveStage(disk);
    await remote.speed.set(12);
    await eventually("the file", () => existsSync(join(disk, "stage-1.json")));
    fill(join(disk, "full"));

    await remote.speed.set(7);
    await eventually("the error", () => log.length > 0);

    expect(log[0]).toMatch(/^error: stage-1: its settings cannot be kept in .*: ENOSPC: no space left/);
    expect(speedIn(disk)).toBe(12);
    expect(readdirSync(disk).sort()).toEqual(["full", "stage-1.json", "stage-1.lock"]);
    rmSync(join(disk, "full"));
    await eventually("the file", () => speedIn(disk) === 7);
    await eventually("the word", () => log.length > 1);
    expect(log[1]).toBe("warn: stage-1: its settings are kept again");
  });

  it("that cannot be written holds nobody up, and is written once it can", async () => {
    const blocked = join(folder, "state");
    writeFileSync(blocked, "");
    const { remote, log } = await serveStage(blocked);

    await remote.speed.set(12);

    expect(await remote.speed.get()).toBe(12);
    expect(log).toEqual([expect.stringMatching(/^error: stage-1: its settings cannot be kept in /)]);
    rmSync(blocked);
    await eventually("the file", () => existsSync(join(blocked, "stage-1.json")));
  });
});

/** Writes until nothing more has room. */
function fill(path: string): void {
  const descriptor = openSync(path, "w");
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(1_024));
  } catch {
    closeSync(descriptor);
  }
}

function speedIn(folderOfFile: string): unknown {
  const text = readFileSync(join(folderOfFile, "stage-1.json"), "utf8");
  return (JSON.parse(text) as { values: { speed: unknown } }).values.speed;
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await gone;
}

it("refuses persist where nobody can set the property", async () => {
  @RpcService()
  class Odd {
    @RpcProperty({ persist: true, readonly: true }) serial: string = "";
  }

  await expect(serve(new Odd())).rejects.toThrow("Odd.serial: persist keeps what callers set");
});
