import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { ExperimentReference, RigApp, RigServices, RigServicesModule } from "rigwire";
import { whenInterrupted } from "../interruption";
import { StartedProcess } from "../started-process";
import { ExperimentRun } from "./experiment-run";
import { RigTable } from "./rig-table";

const RIGS = ["video", "sensor"] as const;

interface ExperimentArguments {
  readonly subject: string;
  readonly seconds: number;
  readonly output: string;
  readonly fail?: string;
}

// What goes wrong is in the table and in the message at the end; RIGWIRE_LOG=warn tells more.
process.env.RIGWIRE_LOG ??= "silent";

const rigs: StartedProcess[] = [];
let experiment: ExperimentRun | undefined;
let isInterrupted = false;

new Command("experiment")
  .description(
    "Starts a video recorder and a sensor logger in processes of their own, and runs an experiment.",
  )
  .option("--subject <name>", "whom the experiment is about", "mouse")
  .option("--seconds <count>", "how long is recorded", duration, 2)
  .option("--output <dir>", "where the experiment gets a folder", "experiment-output")
  .addOption(new Option("--fail <rig>", "a rig that finds nothing to record from").choices(RIGS))
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    if (isInterrupted) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

async function main({ subject, seconds, output, fail }: ExperimentArguments): Promise<void> {
  whenInterrupted((code) => void interrupted(code));
  const folder = resolve(output);
  const reference = await nextReference(folder, subject);
  try {
    for (const name of RIGS) {
      rigs.push(await startRig(name, folder, name === fail));
    }
    await runExperiment(reference, seconds, join(folder, reference));
  } finally {
    await stopRigs();
  }
}

async function startRig(name: string, folder: string, fails: boolean): Promise<StartedProcess> {
  const options = ["--output", folder, ...(fails ? ["--fail"] : [])];
  const rig = await StartedProcess.start(join(__dirname, "rig.js"), name, ...options);
  console.log(`${name.padEnd(10)}${rig.url}`);
  return rig;
}

async function runExperiment(reference: string, seconds: number, folder: string): Promise<void> {
  const uris = Object.fromEntries(rigs.map(({ name, url }) => [name, url]));
  await using app = new RigApp().use(RigServicesModule.connect(uris));
  await app.start();
  const table = new RigTable(process.stdout);
  app.resolve(RigServices).progress$.subscribe((progress) => table.show(progress));
  experiment = app.resolve(ExperimentRun);

  console.log(`\nexperiment ${reference}, ${seconds} s`);
  const { answers, problems } = await experiment.run(reference, seconds);
  await mkdir(folder, { recursive: true });
  const summary = {
    reference,
    seconds,
    answers: Object.fromEntries(answers),
    problems: problems.map(({ message }) => message),
  };
  await writeFile(join(folder, "experiment.json"), `${JSON.stringify(summary, null, 2)}\n`);
  await listFiles(folder);
  for (const { message } of problems) console.error(`\n${message}`);
  if (problems.length > 0) process.exitCode = 1;
}

function duration(text: string): number {
  const seconds = Number(text);
  if (seconds >= 0 && seconds < Infinity && text.trim() !== "") return seconds;
  throw new InvalidArgumentError("It is a number of seconds.");
}

/** Today's next experiment with this subject: the number goes up, so that no data is written over. */
async function nextReference(folder: string, subject: string): Promise<string> {
  const taken = await readdir(folder).catch((): string[] => []);
  for (let sequence = 1; ; sequence++) {
    const reference = ExperimentReference.format({ date: new Date(), sequence, subject });
    if (!taken.includes(reference)) return reference;
  }
}

async function listFiles(folder: string): Promise<void> {
  console.log(`\n${relative(process.cwd(), folder)}/`);
  for (const file of await readdir(folder)) {
    const { size } = await stat(join(folder, file));
    console.log(`  ${file.padEnd(18)}${size} bytes`);
  }
}

async function interrupted(code: number): Promise<void> {
  isInterrupted = true;
  console.error("\ninterrupting the rigs");
  await experiment?.interrupt().catch((error: unknown) => console.error(String(error)));
  await stopRigs();
  process.exit(code);
}

async function stopRigs(): Promise<void> {
  await Promise.all(rigs.splice(0).map((rig) => rig.stop()));
}
