import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filter, firstValueFrom, timeout } from "rxjs";
import { RegistryModule, RigApp } from "rigwire";
import { ScanConfig } from "../../../samples/plant-scanner/scan-config";
import { ScanController } from "../../../samples/plant-scanner/scan-controller";
import { closing } from "../../support/closing";
import { type TypeScriptChild, typeScriptProgram } from "../../support/typescript-child";
import { fourCornersFile } from "../imaging/four-corners";

const SAMPLES = join(__dirname, "../../../samples");
const registryProgram = typeScriptProgram(join(SAMPLES, "registry/main.ts"));
const deviceProgram = typeScriptProgram(join(SAMPLES, "plant-scanner/device.ts"));

const READY_MS = 8_000;

/** A program of the samples, and what it says when it is ready. */
async function ready(child: TypeScriptChild): Promise<{ child: TypeScriptChild; name: string; url: string }> {
  const [word, name = "", url = ""] = (await child.nextLine()).split(" ");
  expect(word).toBe("ready");
  return { child, name, url };
}

const startRegistry = () => ready(registryProgram.start(["--port", "0"]));
const startDevice = (...args: string[]) => ready(deviceProgram.start(args, { RIGWIRE_LOG: "silent" }));

describe("the programs of the plant scanner", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rigwire-scan-"));
    await writeFile(join(folder, "1.jpg"), await fourCornersFile("jpeg"));
    await writeFile(join(folder, "2.jpg"), await fourCornersFile("jpeg"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("find each other by a registry, and scan", async () => {
    const registry = await startRegistry();
    const found = ["--registry", registry.url];
    await Promise.all([
      startDevice("turntable", ...found),
      startDevice("camera", "--images", folder, ...found),
      startDevice("controller", ...found),
    ]);
    const app = closing(await new RigApp().use(RegistryModule.connect(registry.url)).start());
    const controller = app.client(ScanController);
    await firstValueFrom(controller.readyToScan.changes$.pipe(filter(Boolean), timeout(READY_MS)));
    await controller.setDbUrl(pathToFileURL(folder).href);
    await controller.setDatasetName("two");
    await controller.setConfig(Object.assign(new ScanConfig(), { views: 2 }));

    const { files } = await controller.runScan();
    expect(files).toEqual(["view-000.jpg", "view-001.jpg", "metadata.json", "contact-sheet.jpg"]);
    expect((await readdir(join(folder, "two"))).sort()).toEqual([...files].sort());
  });

  it("say where they are, tell who comes and goes, and end cleanly on SIGTERM", async () => {
    const registry = await startRegistry();
    expect(registry.url).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const camera = await startDevice("camera", "--images", folder, "--registry", registry.url);
    expect(camera).toMatchObject({
      name: "camera",
      url: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/),
    });
    expect((await registry.child.nextLine()).split(/ +/)).toEqual(["added", "camera", "camera", camera.url]);

    const second = await startDevice("camera", "--images", folder, "--registry", registry.url);
    expect(second.name).toBe("camera-1");
    expect(await registry.child.nextLine()).toContain(second.url);

    camera.child.signal("SIGTERM");
    expect(await camera.child.ended).toEqual({ code: 0, signal: null });
    expect((await registry.child.nextLine()).split(/ +/)).toEqual([
      "removed",
      "camera",
      "camera",
      camera.url,
    ]);
    registry.child.signal("SIGTERM");
    expect(await registry.child.ended).toEqual({ code: 0, signal: null });
    expect([camera.child.stderr, registry.child.stderr]).toEqual(["", ""]);
  });

  it("say what is wrong in one line, and end", async () => {
    const wrong = [
      deviceProgram.start(["kettle"]),
      deviceProgram.start(["turntable", "--url", "tcp://192.0.2.77:1"]),
      deviceProgram.start(["turntable", "--registry", "tcp://127.0.0.1"]),
      registryProgram.start(["--port", "99999"]),
    ];
    expect(await Promise.all(wrong.map(({ ended }) => ended))).toEqual(
      wrong.map(() => ({ code: 1, signal: null })),
    );
    expect(wrong.map(({ stderr }) => stderr.trim())).toEqual([
      expect.stringMatching(/^"kettle" is no device.*choose one of camera, turntable, controller$/),
      expect.stringMatching(/^cannot serve at tcp:\/\/192\.0\.2\.77:1: .*$/),
      expect.stringMatching(/^"tcp:\/\/127\.0\.0\.1" names no port.*$/),
      expect.stringMatching(/^"tcp:\/\/127\.0\.0\.1:99999": port 99999 is past 65535$/),
    ]);
  });
});
