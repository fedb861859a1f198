import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { serve } from "rigwire";
import { codeBlocksOf } from "../docs/code-blocks";
import { closing } from "../support/closing";
import { ArrayDevice } from "../transport/conformance/array-device";
import { describeWithPython } from "./python-peer";

const PAGE = resolve(__dirname, "../../docs/arrays.md");

/** A program that has the module of the documentation beside it. */
describeWithPython(["zmq", "numpy"], "a Python program with numpy", (python) => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-numpy-"));
    const module = codeBlocksOf(PAGE, readFileSync(PAGE, "utf8")).find(({ lines }) =>
      lines[0]?.includes("rig_arrays.py"),
    );
    writeFileSync(join(folder, "rig_arrays.py"), module?.lines.join("\n") ?? "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function answers(): Promise<{ readonly device: ArrayDevice; readonly told: unknown }> {
    const device = new ArrayDevice();
    const { url } = closing(await serve(device, { url: "tcp://127.0.0.1" }));
    const peer = python.start("array_client.py", [url], { env: { PYTHONPATH: folder } });
    return { device, told: await peer.next() };
  }

  it("reads what buffer methods return, sends arrays, and reads them in signals", async () => {
    const { device, told } = await answers();

    expect(told).toEqual({
      frame: {
        dtype: "<u2",
        values: [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
          [8, 9, 10, 11],
        ],
        exposure: 0.5,
      },
      several: { image: [[1, 2, 3]], spectrum: [0.5, -1], raw: "raw", gain: 2 },
      mask: "eye 3×3",
      taken: 4,
      echoed: [[1.5], [-2]],
      refused: "values: expected Float64Array, got a Float32Array of 1",
      signal: [
        7,
        [
          [1, 2],
          [3, 4],
        ],
      ],
    });
    expect(device.given).toStrictEqual(Float64Array.of(0, 1, 2, 3));
  });
});
