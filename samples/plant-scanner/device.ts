import { Command, Option } from "commander";
import { DirectoryModule, RigApp } from "rigwire";
import { whenStarterEnds } from "../interruption";
import { FolderSource } from "./imaging/folder-source";
import { type ImageSource } from "./imaging/image-source";
import { RenderedPlantSource } from "./imaging/rendered-plant-source";
import { PlantCamera } from "./plant-camera";
import { ScanController } from "./scan-controller";
import { Turntable } from "./turntable";

const KINDS = ["camera", "turntable", "controller"] as const;

interface DeviceArguments {
  readonly url: string;
  readonly name?: string;
  readonly images?: string;
  readonly camera?: string;
  readonly turntable?: string;
  readonly allowRemoteStop?: boolean;
}

const program = new Command("device")
  .description("Serves one device of the plant scanner until it is stopped.")
  .argument("<kind>", KINDS.join(", "))
  .option("--url <url>", "where to serve; without a port, a free one", "tcp://127.0.0.1")
  .option("--name <name>", "the device's name (default: its kind)")
  .option("--images <dir>", "camera: a folder of photographs to serve instead of the rendered plant")
  .addOption(new Option("--camera <url>", "controller: where the camera is"))
  .addOption(new Option("--turntable <url>", "camera, controller: where the turntable is"))
  .option("--allow-remote-stop", "lets clients end the device")
  .action(serveDevice);

async function serveDevice(kind: string, options: DeviceArguments): Promise<void> {
  const { url, name = kind, allowRemoteStop = false } = options;
  const app = new RigApp({ closeOnSignals: true }).use(DirectoryModule.fixed(knownDevices(options)));
  whenStarterEnds(() => void app.close());
  app.serve(await deviceOf(kind, options, app), { url, name, allowRemoteStop });
  await app.start();
  const [server] = app.servers;
  if (server === undefined) return;
  console.log(`ready ${server.name} ${server.url}`);
  await Promise.race([server.closed, app.closed]);
  await app.close();
  if (process.connected) process.disconnect();
}

async function deviceOf(kind: string, options: DeviceArguments, app: RigApp) {
  switch (kind) {
    case "camera":
      return new PlantCamera(await imageSource(options, app), new URL(options.url).hostname);
    case "turntable":
      return new Turntable();
    case "controller":
      return ScanController;
    default:
      throw new Error(`"${kind}" is no device of the plant scanner: choose one of ${KINDS.join(", ")}`);
  }
}

async function imageSource({ images, turntable }: DeviceArguments, app: RigApp): Promise<ImageSource> {
  if (images !== undefined) {
    return FolderSource.open(images, {
      onSkipped: ({ name, reason }) => console.error(`${name}: ${reason}`),
    });
  }
  if (turntable === undefined) return new RenderedPlantSource({ angle: () => 0 });
  const table = app.client(Turntable);
  return new RenderedPlantSource({ angle: () => table.angle.get() });
}

function knownDevices({ camera, turntable }: DeviceArguments) {
  return [
    ...(camera === undefined ? [] : [{ name: "camera", type: "camera", url: camera }]),
    ...(turntable === undefined ? [] : [{ name: "turntable", type: "turntable", url: turntable }]),
  ];
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
