import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Max } from "class-validator";
import { nd, NdArray, RpcProperty, RpcService, serve, setOf } from "rigwire";
import { closing } from "../support/closing";
import { commandLine } from "./support/command-line";

@RpcService({ type: "camera" })
class Camera {
  readonly sets: string[] = [];
  private time: number = 20;

  @RpcProperty({ unit: "ms" })
  @Max(500)
  get exposure(): number {
    return this.time;
  }

  set exposure(ms: number) {
    this.sets.push("exposure");
    this.time = Math.round(ms);
  }

  @RpcProperty() @Max(10) gain: number = 1;
  @RpcProperty() mode: string = "STILL";
  @RpcProperty({ type: NdArray }) dark: NdArray = nd(new Float64Array([1.5, -0, NaN]), [1, 3]);
  @RpcProperty({ type: Date }) cleaned: Date = new Date("2026-01-31T12:00:00.123Z");
  @RpcProperty({ type: setOf(Number) }) lamps = new Set([1, 2]);
  @RpcProperty({ readonly: true }) serial: string = "A1";
}

const rigwire = commandLine();

async function served() {
  const device = new Camera();
  const { url } = closing(await serve(device, { name: "cam" }));
  const settings = (...args: string[]) => rigwire.run("settings", url, ...args);
  return { device, settings };
}

async function saved() {
  const camera = await served();
  expect(await camera.settings("save", "cam.json")).toMatchObject({
    code: 0,
    stdout: "cam.json: 6 properties of cam\n",
  });
  return camera;
}

const file = (): string => join(rigwire.folder, "cam.json");

describe("rigwire settings", () => {
  it("brings back what it saved, of whatever type, and sets nothing else", async () => {
    const { device, settings } = await saved();
    expect(await settings("diff", "cam.json")).toMatchObject({ code: 0, stdout: "nothing differs\n" });
    const { dark, cleaned, lamps } = device;
    Object.assign(device, {
      gain: 4,
      dark: nd(new Float64Array(1), [1, 1]),
      cleaned: new Date(0),
      lamps: new Set(),
    });

    const applied = await settings("apply", "cam.json");

    expect(applied).toMatchObject({ code: 0, stderr: "" });
    expect(applied.stdout.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "gain",
      "dark",
      "cleaned",
      "lamps",
      "",
    ]);
    expect(device).toMatchObject({ gain: 1, dark, cleaned, lamps, sets: [] });
  });

  it("tells what differs, and sets nothing to try", async () => {
    const { device, settings } = await saved();
    Object.assign(device, { mode: "VIDEO", time: 250 });

    expect(await settings("diff", "cam.json")).toMatchObject({
      code: 1,
      stdout: 'exposure  250 ms → 20 ms\nmode      "VIDEO" → "STILL"\n',
    });
    expect(await settings("apply", "cam.json", "--dry-run")).toMatchObject({
      code: 0,
      stdout: 'would set exposure  250 ms → 20 ms\nwould set mode  "VIDEO" → "STILL"\n',
    });
    expect(device).toMatchObject({ mode: "VIDEO", exposure: 250, sets: [] });
  });

  it("stops at what the device refuses, and says what was done", async () => {
    const { device, settings } = await saved();
    rewrite({ exposure: 20.4, gain: 11, mode: "VIDEO" });

    expect(await settings("apply", "cam.json")).toMatchObject({
      code: 1,
      stdout: "exposure  20 ms → 20.4 ms  it is 20 ms now\n",
      stderr: expect.stringMatching(
        /^stopped at gain; set before: exposure; not set: mode\nrigwire: cam\.gain.*gain must not be greater than 10/,
      ) as string,
    });
    expect(device).toMatchObject({ gain: 1, mode: "STILL" });
  });

  it.each([
    [
      "names what is not there",
      (text: string) => text.replace('"gain"', '"gains"'),
      "cam.gains: the device has no such",
    ],
    [
      "names what cannot be set",
      (text: string) => text.replace('"gain"', '"serial"'),
      "cam.serial: the device does not let",
    ],
    [
      "has another unit",
      (text: string) => text.replace('"ms"', '"s"'),
      "cam.exposure: it is in s in the file, and in ms",
    ],
    [
      "is of another type",
      (text: string) => text.replace('"camera"', '"oven"'),
      "of a device of type oven, and cam is a",
    ],
    ["is none", () => "{}", 'cam.json is no file of settings: it has no "rigwire"'],
  ])("sends nothing where the file %s", async (_, change, problem) => {
    const { device, settings } = await saved();
    device.mode = "VIDEO";
    rigwire.write("cam.json", change(readFileSync(file(), "utf8")));

    const { code, stderr } = await settings("apply", "cam.json");

    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(problem) as string });
    expect(device.mode).toBe("VIDEO");
  });

  it("writes over no other file", async () => {
    const { settings } = await served();
    rigwire.write("notes.json", '{"mine": 1}');

    expect((await settings("save", "notes.json")).code).toBe(2);

    expect(readFileSync(join(rigwire.folder, "notes.json"), "utf8")).toBe('{"mine": 1}');
  });
});

function rewrite(values: Readonly<Record<string, unknown>>): void {
  rigwire.write("cam.json", JSON.stringify({ rigwire: "settings", type: "camera", values }));
}
