import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killAll } from "./chaos-process";
import { carryOut } from "./disturbances";
import { examine } from "./examine";
import { planOf } from "./plan";
import { reportOf } from "./report";
import { Rig } from "./rig";

const USAGE = "npm run chaos -- [--seconds 60] [--seed N]\n";

/** Everything ends this long after the plan, whatever happens. */
const LAST_RESORT_MS = 120_000;

interface Outcome {
  readonly problems: readonly string[];
  readonly lines: readonly string[];
}

/** What the run is at, for one that does not come to its end. */
let underway = "its parts start";

async function run(folder: string, seconds: number, seed: number): Promise<Outcome> {
  const rig = await Rig.start(folder, seed);
  try {
    const failures = await carryOut(
      planOf(seed, seconds),
      (disturbance) => rig.disturb(disturbance),
      ({ atMs, kind }) => (underway = `after ${atMs} ms of ${seconds} s: ${kind}`),
    );
    underway = "its parts come to rest, and are compared";
    const examined = await examine(rig);
    return {
      problems: [...failures, ...examined.problems],
      lines: reportOf(rig, examined, rig.slowSubscriber),
    };
  } finally {
    await rig.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const seconds = Number(values.seconds);
  const seed = Number(values.seed);
  if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
    return;
  }
  process.stdout.write(`chaos for ${seconds} s with seed ${seed}\n`);
  const lastResort = setTimeout(
    () => {
      process.stderr.write(`chaos FAILED: it did not come to an end (${underway}); seed ${seed}\n`);
      process.exit(1);
    },
    seconds * 1_000 + LAST_RESORT_MS,
  );
  const folder = mkdtempSync(join(tmpdir(), "rigwire-chaos-"));
  try {
    const { problems, lines } = await run(folder, seconds, seed);
    process.stdout.write(`${lines.join("\n")}\n`);
    if (problems.length === 0) process.stdout.write(`chaos passed; seed ${seed}\n`);
    else fail(problems, seconds, seed);
  } catch (error) {
    fail([error instanceof Error ? (error.stack ?? error.message) : String(error)], seconds, seed);
  } finally {
    clearTimeout(lastResort);
    rmSync(folder, { recursive: true, force: true });
    // A rig that did not come up whole has parts that would keep this process alive; and after so many sockets that sent
    // rubbish, ZeroMQ's binding now and then keeps Node waiting for one of them without end.
    process.exit();
  }
}

const SHOWN = 20;

function fail(problems: readonly string[], seconds: number, seed: number): void {
  const shown = problems.slice(0, SHOWN).map((problem) => `  ${problem}\n`);
  const more = problems.length > SHOWN ? `  and ${problems.length - SHOWN} more\n` : "";
  process.stderr.write(
    `chaos FAILED with ${problems.length} problems; again: npm run chaos -- --seconds ${seconds} --seed ${seed}\n` +
      `${shown.join("")}${more}`,
  );
  process.exitCode = 1;
}

process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
void main();
