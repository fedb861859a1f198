import { mkdirSync, writeFileSync } from "node:fs";
import { RigApp, serve } from "rigwire";
import { FolderSource } from "../../samples/plant-scanner/imaging/folder-source";
import { PlantCamera } from "../../samples/plant-scanner/plant-camera";
import { Spectrometer } from "../../samples/spectrometer/spectrometer";
import { Stage } from "../../samples/spectrometer/stage";
import { fourCornersFile } from "../samples/imaging/four-corners";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { GeneratedModules, itWithMypy } from "./generated-modules";
import { describeWithPython } from "./python-peer";

/** What a user writes: right, and wrong in three lines. */
const RIGHT = [
  "from typing import Tuple",
  "from camera import BufferResult, Camera, Signal",
  "from spectrometer import AsyncSpectrometer, Run, ScanProgress, Spectrometer",
  "",
  "def take(camera: Camera) -> BufferResult:",
  "    size: Tuple[int, int] = camera.resolution",
  "    modes: Signal[str] = camera.mode_changed",
  '    camera.mode = "STILL"',
  "    return camera.get_image(lores=size[0] > 1000, timeout=5)",
  "",
  "def scan(spectrometer: Spectrometer) -> int:",
  "    run: Run[BufferResult, ScanProgress] = spectrometer.start_scan(0, 10, 2)  # type: ignore[assignment]",
  "    return sum(progress.at for progress in run)",
  "",
  "async def later(spectrometer: AsyncSpectrometer) -> int:",
  "    return [progress.of async for progress in spectrometer.scan(0, 10, 2)][-1]",
];
const WRONG = [
  "from camera import Camera",
  "from spectrometer import Spectrometer",
  "",
  "def use(camera: Camera, spectrometer: Spectrometer) -> None:",
  '    camera.mode = "OTHER"',
  '    camera.video_url = ""',
  '    spectrometer.scan("0", 10, 2)',
];

describeWithPython(["zmq", "numpy"], "The samples' devices from Python", (python) => {
  const modules = new GeneratedModules(python);

  /** The sample camera, with a pair of keys of its own. */
  async function camera() {
    const [own, device] = [modules.keys("desk"), modules.keys("camera")];
    const folder = modules.path("photographs");
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/1.jpg`, await fourCornersFile("jpeg", { width: 800, height: 400 }));
    const security = { keys: device, allow: [own.publicKey] };
    const source = await FolderSource.open(folder);
    const sample = closing(new PlantCamera(source, "127.0.0.1"));
    const { url } = closing(await serve(sample, { name: "cam", security, logger: new RecordingLogger() }));
    return { url, keys: modules.path("keys", "desk.key"), server: modules.path("keys", "camera.pub") };
  }

  /** The sample spectrometer and its stage, with one pair of keys for the rig. */
  async function spectrometer() {
    const app = closing(
      new RigApp({ security: { keys: modules.keys("rig") }, logger: new RecordingLogger() }),
    );
    app.serve(Stage, { name: "stage" }).serve(Spectrometer, { name: "spectrometer" });
    await app.start();
    const urlOf = (name: string) => app.servers.find((server) => server.name === name)?.url ?? "";
    return { url: urlOf("spectrometer"), stage: urlOf("stage"), keys: modules.path("keys", "rig.key") };
  }

  it("take pictures, stream, keep settings and tell their changes, with keys", async () => {
    const { url, keys, server } = await camera();
    await modules.write(url, "camera.py", "--keys", keys, "--server-key", server);

    const peer = modules.start("exported_camera.py", [url, keys, server]);

    expect(await peer.next(30_000)).toEqual({
      picture: ["ffd8ff", { format: "jpeg", rotation: 0, size: [400, 800, 3], channel: "rgb" }],
      smaller: true,
      read: ["STILL", "", 0, [1080, 1920], "jpeg"],
      signals: ["VIDEO", [40, 20]],
      streams: true,
      config: { iso: 100, gain: 2.5 },
      refused: [
        "mode: 'OTHER' is none of 'VIDEO', 'STILL'",
        "resolution[0]: 0 is less than 1",
        "resolution: [40, 20, 3] has 3 items, not 2",
        "rotation: expected integer, got 0.5",
      ],
      later: ["png", "PNG", [20, 40, 3], "png"],
    });
  }, 120_000);

  it("scan with progress, give arrays of numpy, tell spectra, and stop when they are given up, with keys", async () => {
    const { url, stage, keys } = await spectrometer();
    await modules.write(url, "spectrometer.py", "--keys", keys);
    await modules.write(stage, "rig_stage.py", "--keys", keys);

    const peer = modules.start("exported_spectrometer.py", [url, stage, keys]);

    expect(await peer.next(60_000)).toEqual({
      wavelengths: ["ndarray", "float64", 2_048, 700],
      progress: true,
      positions: [30, 45, 60],
      counts: [[3, 2_048], "float64"],
      shifted: true,
      measured: [0, 1, 2].map(() => [[2_048], 0]),
      going: true,
      stands_at: 0,
      later: [
        [2, 2],
        [2, 2_048],
      ],
    });
  }, 90_000);

  itWithMypy(
    "pass mypy at its strictest, which finds what a program does wrong with them",
    async () => {
      await modules.write(`${__dirname}/../../samples/plant-scanner/camera-contract.ts`, "camera.py");
      await modules.write(`${__dirname}/../../samples/spectrometer/spectrometer.ts`, "spectrometer.py");
      modules.add("right.py", RIGHT);
      modules.add("wrong.py", WRONG);

      expect(modules.checked("camera.py", "spectrometer.py", "right.py")).toContain(
        "Success: no issues found",
      );
      expect(
        modules
          .checked("wrong.py")
          .split("\n")
          .filter((line) => line.includes("error:"))
          .map((line) => line.split(":")[1]),
      ).toEqual(["5", "6", "7"]);
    },
    90_000,
  );
});
