import { Command } from "commander";
import { DeviceUnavailableError, RegistryModule, type Remote, RigApp, withOptions } from "rigwire";
import { whenStarterEnds } from "../interruption";
import { FolderSource } from "./imaging/folder-source";
import { type ImageSource } from "./imaging/image-source";
import { RenderedPlantSource } from "./imaging/rendered-plant-source";
import { PlantCamera } from "./plant-camera";
import { ScanController } from "./scan-controller";
import { Turntable } from "./turntable";

/** How long a picture waits for the turntable, in milliseconds. */
const TURNTABLE_WITHIN_MS = 1_000;

const KINDS = ["camera", "turntable", "controller"] as const;

interface DeviceArguments {
  readonly url: string;
  readonly name?: string;
  readonly images?: string;
  readonly registry?: string;
  readonly allowRemoteStop?: boolean;
}

const program = new Command("device")
  .description("Serves one device of the plant scanner until it is stopped.")
  .argument("<kind>", KINDS.join(", "))
  .option("--url <url>", "where to serve; without a port, a free one", "tcp://127.0.0.1")
  .option("--name <name>", "the device's name (default: its kind)")
  .option("--images <dir>", "camera: a folder of photographs to serve instead of the rendered plant")
  .option("--registry <url>", "where devices are registered and looked up, such as tcp://10.0.0.1:5555")
  .option("--allow-remote-stop", "lets clients end the device")
  .action(serveDevice);

async function serveDevice(kind: string, options: DeviceArguments): Promise<void> {
  const { url, name = kind, allowRemoteStop = false, registry } = options;
  const app = new RigApp({ closeOnSignals: true });
  if (registry !== undefined) app.use(RegistryModule.connect(registry));
  whenStarterEnds(() => void app.close());
  const device = await deviceOf(kind, options, app);
  app.serve(device, { url, name, allowRemoteStop });
  await app.start();
  const [server] = app.servers;
  if (server === undefined) return;
  console.log(`ready ${server.name} ${server.url}`);
  await Promise.race([server.closed, app.closed]);
  await app.close();
  // A stream that is watched would keep the process.
  if (device instanceof PlantCamera) await device.close();
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

async function imageSource({ images, registry }: DeviceArguments, app: RigApp): Promise<ImageSource> {
  if (images !== undefined) {
    return FolderSource.open(images, {
      onSkipped: ({ name, reason }) => console.error(`${name}: ${reason}`),
    });
  }
  if (registry === undefined) return new RenderedPlantSource({ angle: () => 0 });
  const turntable = withOptions(app.client(Turntable), { timeoutMs: TURNTABLE_WITHIN_MS });
  return new RenderedPlantSource({ angle: () => angleOf(turntable) });
}

/** A rig without a turntable shows the plant from the front. */
async function angleOf(turntable: Remote<Turntable>): Promise<number> {
  try {
    return await turntable.angle.get();
  } catch (error) {
    if (error instanceof DeviceUnavailableError) return 0;
    throw error;
  }
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
