import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filter, firstValueFrom, timeout } from "rxjs";
import { CallAbortedError, type Remote, RemoteError, RigApp, ValidationError } from "rigwire";
import { growPlant } from "../../../samples/plant-scanner/imaging/plant-model";
import { RenderedPlantSource } from "../../../samples/plant-scanner/imaging/rendered-plant-source";
import { PlantCamera } from "../../../samples/plant-scanner/plant-camera";
import { ScanController } from "../../../samples/plant-scanner/scan-controller";
import { ScanConfig } from "../../../samples/plant-scanner/scan-config";
import { type ScanProgress } from "../../../samples/plant-scanner/scan-progress";
import { Turntable } from "../../../samples/plant-scanner/turntable";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";

const READY_MS = 5_000;

async function startRig({ degreesPerSecond = 3_600 } = {}): Promise<{
  app: RigApp;
  controller: Remote<ScanController>;
  camera: Remote<PlantCamera>;
}> {
  const app = closing(new RigApp());
  const table = app.client(Turntable, "turntable");
  const source = new RenderedPlantSource({ angle: () => table.angle.get(), plant: growPlant() });
  const camera = new PlantCamera(source, "127.0.0.1");
  closing(camera);
  app.serve(new Turntable(degreesPerSecond), { name: "turntable" }).serve(camera, { name: "camera" });
  app.serve(ScanController, { name: "controller" });
  await app.start();
  closing(app.resolve(ScanController));
  return { app, controller: app.client(ScanController), camera: app.client(PlantCamera) };
}

/** Resolves when camera and turntable are there. */
function ready(controller: Remote<ScanController>): Promise<boolean> {
  return firstValueFrom(controller.readyToScan.changes$.pipe(filter(Boolean), timeout(READY_MS)));
}

describe("a scan", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rigwire-scan-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("takes every view, tells its progress, and writes pictures, metadata and contact sheet", async () => {
    const { controller, camera } = await startRig();
    await camera.resolution.set([54, 96]);
    await controller.setDbUrl(pathToFileURL(folder).href);
    await controller.setDatasetName("test-1");
    await controller.setConfig(Object.assign(new ScanConfig(), { views: 3 }));
    await ready(controller);
    const progress: number[] = [];
    controller.progressChanged.subscribe((value) => progress.push(value));

    const run = controller.runScan();
    const yielded: ScanProgress[] = [];
    run.progress$.subscribe((value) => yielded.push(value));
    const scan = await run;

    expect(scan).toEqual({
      folder: join(folder, "test-1"),
      files: ["view-000.jpg", "view-001.jpg", "view-002.jpg", "metadata.json", "contact-sheet.jpg"],
    });
    const metadata = JSON.parse(await readFile(join(scan.folder, "metadata.json"), "utf8")) as {
      views: { angle: number; info: unknown }[];
    };
    expect(metadata.views.map(({ angle }) => angle)).toEqual([0, 120, 240]);
    expect(metadata.views[0]?.info).toEqual({
      format: "jpeg",
      rotation: 0,
      size: [96, 54, 3],
      channel: "rgb",
    });
    expect(yielded).toEqual([
      { at: 1, of: 3 },
      { at: 2, of: 3 },
      { at: 3, of: 3 },
    ]);
    expect(await controller.progress.get()).toBe(3);
    await eventually("the last view was told", () => progress.length === 3);
    expect(progress).toEqual([1, 2, 3]);
  });

  it("stops the turntable when its caller gives up, and can begin anew", async () => {
    const { app, controller } = await startRig({ degreesPerSecond: 10 });
    await controller.setDbUrl(pathToFileURL(folder).href);
    await ready(controller);
    const table = app.client(Turntable, "turntable");
    const turning = firstValueFrom(table.angleChanged.pipe(timeout(READY_MS)));

    const run = controller.runScan();
    await turning;
    run.cancel();

    await expect(run).rejects.toThrow(CallAbortedError);
    await ready(controller);
    expect(await table.angle.get()).toBeLessThan(30);
    expect(await controller.progress.get()).toBe(1);
  });

  it("says why it cannot begin, what a wrong setting was, and where scans cannot go", async () => {
    const { controller } = await startRig();
    const none = Object.assign(new ScanConfig(), { views: 0 });
    await expect(controller.setConfig(none)).rejects.toThrow(ValidationError);
    await expect(controller.setConfig(none)).rejects.toThrow("views must not be less than 1");
    await expect(controller.setDatasetName("../elsewhere")).rejects.toThrow(/no name for a folder/);
    await expect(controller.setDbUrl("https://db.example.org")).rejects.toThrow(/give a file: URL/);
  });

  it("is refused while the turntable is missing", async () => {
    const app = closing(new RigApp());
    app.serve(ScanController, { name: "controller" });
    await app.start();
    closing(app.resolve(ScanController));
    await expect(app.client(ScanController).runScan()).rejects.toThrow(RemoteError);
    await expect(app.client(ScanController).runScan()).rejects.toThrow("not ready to scan");
  });
});

describe("the turntable", () => {
  it("stops at once in the middle of a turn", async () => {
    const app = closing(await new RigApp().serve(new Turntable(90), { name: "turntable" }).start());
    const table = app.client(Turntable);
    const moving = firstValueFrom(table.angleChanged.pipe(timeout(READY_MS)));
    const turn = table.rotateTo(360);
    await moving;
    await table.stop();
    await expect(turn).rejects.toThrow(/stopped at \d+\.\d degrees/);
    expect(await table.angle.get()).toBeLessThan(360);
  });
});

describe("the camera", () => {
  it("merges what is set into its config and tells the whole", async () => {
    const { camera } = await startRig();
    const told = firstValueFrom(camera.configChanged.pipe(timeout(READY_MS)));
    await camera.config.set({ iso: 100 });
    expect(await told).toEqual({ iso: 100 });
    await camera.config.set({ gain: 2 });
    expect(await camera.config.get()).toEqual({ iso: 100, gain: 2 });
  });

  it("streams pictures in VIDEO mode at its video_url, and none in STILL mode", async () => {
    const { camera } = await startRig();
    await camera.resolution.set([40, 40]);
    expect(await camera.videoUrl.get()).toBe("");
    const told = firstValueFrom(camera.videoUrlChanged.pipe(filter(Boolean), timeout(READY_MS)));
    await camera.mode.set("VIDEO");
    const response = await fetch(await told);
    const first = await response.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString("latin1")).toContain("--frame");
    await camera.mode.set("STILL");
    expect(await camera.videoUrl.get()).toBe("");
  });

  it("refuses what it cannot do", async () => {
    const { camera } = await startRig();
    await expect(camera.rotation.set(4.5)).rejects.toThrow("rotation: expected integer, got 4.5");
    await expect(camera.resolution.set([0, 10])).rejects.toThrow("must not be less than 1");
    await expect(camera.mode.set("SLEEP" as "STILL")).rejects.toThrow(ValidationError);
  });
});
