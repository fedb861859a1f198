import { join, relative } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { filter, firstValueFrom, timeout } from "rxjs";
import { DEVICE_GATEWAY, DEVICE_REGISTRY, GatewayModule, RegistryModule, type Remote, RigApp } from "rigwire";
import { whenInterrupted } from "../interruption";
import { StartedProcess } from "../started-process";
import { ScanConfig } from "./scan-config";
import { ScanController } from "./scan-controller";

const READY_WITHIN_MS = 10_000;
const CONSOLE_PORT = "8080";

interface ScanArguments {
  readonly views: string;
  readonly name: string;
  readonly images?: string;
  /** The port; nothing where a scan is all that is asked for. */
  readonly console?: string;
}

const devices: StartedProcess[] = [];
let isInterrupted = false;

/** A scan does not end well before its time; a console that serves does. */
let interrupt: (exitCode: number) => void = (exitCode) => void breakOff(exitCode);

new Command("plant-scanner")
  .description("Starts a camera, a turntable and a controller, each in its own process, and scans a plant.")
  .option("--views <count>", "pictures of one turn", "12")
  .option("--name <name>", "the name of the scan", "arabidopsis")
  .option("--images <dir>", "photographs to serve instead of the rendered plant")
  .addOption(
    new Option("--console [port]", "keep the rig running until Ctrl-C, and control it in a browser")
      .preset(CONSOLE_PORT)
      .argParser(portNumber),
  )
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    if (isInterrupted) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

async function main(options: ScanArguments): Promise<void> {
  whenInterrupted((code) => interrupt(code));
  // The rig's registry runs here; every device finds the others through it.
  const app = new RigApp().use(RegistryModule.host({ url: "tcp://127.0.0.1" }));
  if (options.console !== undefined) {
    app.use(GatewayModule.serve({ url: `http://127.0.0.1:${options.console}` }));
  }
  try {
    await app.start();
    const registry = app.resolve(DEVICE_REGISTRY);
    registry.changes$.subscribe(({ kind, device }) => {
      if (kind === "added") console.log(`${device.name.padEnd(12)} ${device.type.padEnd(12)} ${device.url}`);
    });
    await startDevices(registry.localUrl, options.images);
    const controller = app.client(ScanController);
    await prepareScan(controller, options);
    if (options.console === undefined) await scan(controller, options);
    else await serveConsole(app);
  } finally {
    await stopDevices(); // while the registry, which this app hosts, is there to hear of it
    await app.close();
  }
}

async function startDevices(registry: string, images: string | undefined): Promise<void> {
  const pictures = images === undefined ? [] : ["--images", images];
  await Promise.all([
    start("turntable", "--registry", registry),
    start("camera", "--registry", registry, ...pictures),
    start("controller", "--registry", registry),
  ]);
}

async function start(kind: string, ...options: string[]): Promise<void> {
  devices.push(await StartedProcess.start(join(__dirname, "device.js"), kind, ...options));
}

async function prepareScan(
  controller: Remote<ScanController>,
  { views, name }: ScanArguments,
): Promise<void> {
  await firstValueFrom(controller.readyToScan.changes$.pipe(filter(Boolean), timeout(READY_WITHIN_MS)));
  await controller.setDatasetName(name);
  await controller.setConfig(Object.assign(new ScanConfig(), { views: Number(views) }));
}

async function scan(controller: Remote<ScanController>, { views }: ScanArguments): Promise<void> {
  const bar = new SingleBar({
    format: "scanning [{bar}] {value}/{total} views, {duration_formatted}",
    noTTYOutput: true,
    notTTYSchedule: 1_000,
  });
  bar.start(Number(views), 0);
  const startedAt = performance.now();
  const run = controller.runScan();
  run.progress$.subscribe(({ at }) => bar.update(at));
  const { folder, files } = await run.finally(() => bar.stop());

  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`scanned ${views} views in ${seconds} s into ${relative(process.cwd(), folder)}/`);
  for (const file of files) console.log(`  ${file}`);
}

/** Resolves when a person or npm ends the program. */
async function serveConsole(app: RigApp): Promise<void> {
  const interrupted = new Promise<void>((resolve) => (interrupt = () => resolve()));
  console.log(`console at ${app.resolve(DEVICE_GATEWAY).loginUrl()}; Ctrl-C ends the rig`);
  await interrupted;
  console.error("\nstopping the devices");
}

function portNumber(text: string): string {
  if (/^\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError("give a number, or 0 for a free port");
}

async function breakOff(code: number): Promise<void> {
  isInterrupted = true;
  console.error("\nstopping the devices");
  await stopDevices();
  process.exit(code);
}

async function stopDevices(): Promise<void> {
  await Promise.all(devices.splice(0).map((device) => device.stop()));
}
