import { serve } from "rigwire";
import { closing } from "../support/closing";
import { findPython } from "../interop/python-peer";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandLine } from "./support/command-line";
import { Spectrometer } from "./support/spectrometer";

const rigwire = commandLine();

describe("a device with arrays", () => {
  async function served() {
    const device = new Spectrometer();
    const { url } = closing(await serve(device, { name: "spec" }));
    return { device, url };
  }

  it("shows them in short to people, whole to programs, and their types", async () => {
    const { url } = await served();
    const [one, all, json, inspected] = await Promise.all([
      rigwire.run("get", url, "reference"),
      rigwire.run("get", url),
      rigwire.run("get", url, "image", "--json"),
      rigwire.run("inspect", url),
    ]);

    expect(one).toEqual({
      code: 0,
      stdout: "Float64Array(2048) [0, 0.1, 0.2, 0.3, 0.4, 0.5, …]\n",
      stderr: "",
    });
    expect(all.stdout).toContain("image      NdArray<Uint16Array>(2×3) [1, 2, 3, 4, 5, 6]\n");
    expect(JSON.parse(json.stdout)).toMatchObject({
      property: "image",
      value: { shape: [2, 3], dtype: "<u2", data: [1, 2, 3, 4, 5, 6] },
    });
    expect(inspected.stdout).toContain("measure(weights?: Float32Array) → Float64Array");
    expect(inspected.stdout).toMatch(/reference.*Float64Array/);
    expect(inspected.stdout).toMatch(/image.*NdArray<Uint16Array>/);
  });

  it("is called with lists, and gives arrays to files as they are named", async () => {
    const { url } = await served();
    const [shown, csv, , several, piped, deep] = await Promise.all([
      rigwire.run("call", url, "measure", "[1, 3]"),
      rigwire.run("call", url, "measure", "[1, 3]", "--out", "measured.csv"),
      rigwire.run("call", url, "measure", "[1, 3]", "--out", "measured.bin"),
      rigwire.run("call", url, "scan", "--out", "scan.csv"),
      rigwire.run("call", url, "scan", "--out", "-"),
      rigwire.run("call", url, "scan"),
    ]);

    expect(shown.stdout).toBe("Float64Array(2) [0.5, 1.5]\n");
    expect(csv.stdout).toMatch(/^measured\.csv {2}8 B {2}Float64Array\(2\)/);
    expect(rigwire.read("measured.csv").toString()).toBe("0.5\n1.5\n");
    expect(new Float64Array(new Uint8Array(rigwire.read("measured.bin")).buffer)).toEqual(
      Float64Array.of(0.5, 1.5),
    );
    expect(rigwire.read("scan-left-eye.csv").toString()).toBe("1,2,3\n4,5,6\n");
    expect(rigwire.read("scan-dark.csv").toString()).toBe("-1\n1\n");
    expect(several.stdout).toContain('{"gain": 2}');
    expect(piped.stderr).toContain("several arrays do not go to stdout");
    expect(deep.stdout).toContain('"dark": Int16Array(2) [-1, 1], "gain": 2}');
  });

  it("is watched", async () => {
    const { url, device } = await served();
    const watch = rigwire.start("watch", url, "measured", "--count", "1");
    await watch.note();
    device.measured.next(Float64Array.of(1, 2.5));

    expect((await watch.ended).stdout).toMatch(/measured {2}Float64Array\(2\) \[1, 2\.5\]\n$/);
  });

  const python = findPython(["numpy"]);
  const withNumpy = python === undefined ? it.skip : it;
  withNumpy("gives files that numpy loads", async () => {
    const { url } = await served();
    await Promise.all([
      rigwire.run("call", url, "scan", "--out", "scan.npy"),
      rigwire.run("call", url, "measure", "--out", "measured.npy"),
    ]);
    const program = [
      "import numpy, json, sys",
      "files = [numpy.load(name) for name in sys.argv[1:]]",
      "print(json.dumps([[f.dtype.str, f.shape, f.tolist()] for f in files]))",
    ].join("\n");
    const files = ["scan-left-eye.npy", "scan-dark.npy", "measured.npy"].map((name) =>
      join(rigwire.folder, name),
    );
    const { stdout } = spawnSync(python ?? "", ["-c", program, ...files], { encoding: "utf8" });

    expect(JSON.parse(stdout)).toEqual([
      [
        "<u2",
        [2, 3],
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      ["<i2", [2], [-1, 1]],
      ["<f8", [1], [0.5]],
    ]);
  });

  it("has a contract that compiles and reads its arrays", async () => {
    const { url } = await served();
    const { stdout } = await rigwire.run("types", url);

    expect(stdout).toContain("reference: Float64Array;");
    expect(stdout).toContain("image: NdArray<Uint16Array>;");
    expect(stdout).toContain("ndArrayOf(Uint16Array)");
    expect(stdout).toContain("firmware: Buffer;");
    expect(stdout).toContain("): Promise<Float64Array> {");
    expect(stdout).toContain("scan(): Promise<BufferResult> {");
  });
});
