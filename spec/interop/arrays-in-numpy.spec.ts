import { serve } from "rigwire";
import { closing } from "../support/closing";
import { ArrayDevice } from "../transport/conformance/array-device";
import { DocumentedModules } from "./documented-modules";
import { describeWithPython } from "./python-peer";

/** A program that has the module of the documentation beside it. */
describeWithPython(["zmq", "numpy"], "a Python program with numpy", (python) => {
  let modules: DocumentedModules;

  beforeAll(() => {
    modules = new DocumentedModules().add("arrays.md", "rig_arrays.py");
  });
  afterAll(() => modules.remove());

  async function answers(): Promise<{ readonly device: ArrayDevice; readonly told: unknown }> {
    const device = new ArrayDevice();
    const { url } = closing(await serve(device, { url: "tcp://127.0.0.1" }));
    const peer = python.start("array_client.py", [url], { env: { PYTHONPATH: modules.folder } });
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
