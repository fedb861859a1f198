import { mkdir, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError } from "commander";
import { type Subscription } from "rxjs";
import {
  align,
  CallAbortedError,
  clientOf,
  DEVICE_REGISTRY,
  RegistryModule,
  type Remote,
  RigApp,
  withOptions,
  withTime,
} from "rigwire";
import { whenInterrupted } from "../interruption";
import { StartedProcess } from "../started-process";
import { type RasterScan } from "./raster-scan";
import { scanCsv } from "./scan-csv";
import { scanPlot } from "./scan-plot";
import { Spectrometer } from "./spectrometer";
import { Stage } from "./stage";

interface ScanArguments {
  readonly from: number;
  readonly to: number;
  readonly places: number;
  readonly output: string;
}

// A scan that is given up is no news here; RIGWIRE_LOG=warn tells more.
process.env.RIGWIRE_LOG ??= "error";

const devices: StartedProcess[] = [];
const interruption = new AbortController();

new Command("spectrometer")
  .description(
    "Starts a stage and a spectrometer, each in its own process, and scans a film that lies on the stage.",
  )
  .option("--from <mm>", "the first place", number, 0)
  .option("--to <mm>", "the last place", number, 100)
  .option("--places <count>", "how many spectra are kept", number, 13)
  .option("--output <dir>", "where the table and the plot go", "spectrometer-output")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode ??= 1;
  });

async function main(options: ScanArguments): Promise<void> {
  whenInterrupted(interrupted);
  const app = new RigApp().use(RegistryModule.host({ url: "tcp://127.0.0.1" }));
  try {
    await app.start();
    const registry = app.resolve(DEVICE_REGISTRY);
    registry.changes$.subscribe(({ kind, device }) => {
      if (kind === "added") console.log(`${device.name.padEnd(14)}${device.url}`);
    });
    for (const kind of ["stage", "spectrometer"]) await startDevice(kind, registry.localUrl);
    await run(app, options);
  } finally {
    await Promise.all(devices.map((device) => device.stop()));
    await app.close();
  }
}

async function startDevice(kind: string, registry: string): Promise<void> {
  const program = join(__dirname, "device.js");
  if (!interruption.signal.aborted)
    devices.push(await StartedProcess.start(program, kind, "--registry", registry));
}

async function run(app: RigApp, options: ScanArguments): Promise<void> {
  if (interruption.signal.aborted) return;
  const seen = new SpectraSeen(app.client(Spectrometer), app.client(Stage));
  const startedAt = performance.now();
  try {
    const scan = await scanned(app.client(Spectrometer), options);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`scanned ${options.places} places in ${seconds} s; ${seen.end()}`);
    await keep(scan, resolve(options.output));
  } catch (error) {
    if (!(error instanceof CallAbortedError)) throw error;
    const stage = app.client(Stage);
    await stage.stop(); // as the spectrometer does by itself, perhaps a moment later
    const position = await stage.position.get();
    console.error(`given up; the stage stands at ${position.toFixed(3)} mm, nothing was written`);
  } finally {
    seen.end();
  }
}

async function scanned(
  spectrometer: Remote<Spectrometer>,
  { from, to, places }: ScanArguments,
): Promise<RasterScan> {
  const bar = new SingleBar({
    format: "scanning [{bar}] {value}/{total} places, {duration_formatted}",
    noTTYOutput: true,
    notTTYSchedule: 1_000,
  });
  bar.start(places, 0);
  const scan = withOptions(spectrometer, { signal: interruption.signal }).scan(from, to, places);
  scan.progress$.subscribe(({ at }) => bar.update(at));
  return scan.finally(() => bar.stop());
}

/** The stage tells its position every 20 ms while it moves: a spectrum near one of them was taken on the way. */
const ON_THE_WAY = { toleranceMs: 30, waitMs: 200 } as const;

/** Counts the spectra of the signal, as a screen would show them, and those that were taken while the stage moved. */
class SpectraSeen {
  private spectra = 0;
  private blurred = 0;
  private points = 0;
  private missed = 0;
  private readonly watching: Subscription;

  constructor(spectrometer: Remote<Spectrometer>, stage: Remote<Stage>) {
    this.watching = spectrometer.measured.subscribe((spectrum) => {
      this.spectra += 1;
      this.points = spectrum.length;
    });
    const onTheWay$ = align(withTime(spectrometer.measured), withTime(stage.positionChanged), {
      ...ON_THE_WAY,
      onRefused: () => undefined, // the stage stood
    });
    this.watching.add(onTheWay$.subscribe(() => (this.blurred += 1)));
    this.watching.add(clientOf(spectrometer).missed$.subscribe(({ count }) => (this.missed += count)));
  }

  end(): string {
    this.watching.unsubscribe();
    return `meanwhile ${this.spectra} spectra of ${this.points.toLocaleString("en")} points arrived, ${this.blurred} of them taken on the way, ${this.missed} were missed`;
  }
}

async function keep(scan: RasterScan, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "scan.csv"), scanCsv(scan));
  await writeFile(join(folder, "scan.png"), scanPlot(scan));
  for (const name of ["scan.csv", "scan.png"]) {
    const file = join(folder, name);
    const { size } = await stat(file);
    console.log(`  ${relative(process.cwd(), file)}  ${Math.round(size / 1_024)} KiB`);
  }
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It is a number.");
}

/** Gives the scan up; the program then ends as it does after one. */
function interrupted(code: number): void {
  process.exitCode = code;
  interruption.abort("interrupted");
}
