import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { killAll } from "./chaos-process";
import { judge, type Verdict } from "./judge";
import { type ConnectionCounts, type LastTick, type MemoryGrowth, type SignalCounts } from "./messages";
import { planOf } from "./plan";
import { Rig } from "./rig";

const USAGE = "npm run chaos -- [--seconds 60] [--seed N]\n";

/** How long the rig may take to be whole again after the last disturbance, in milliseconds. */
const SETTLE_MS = 30_000;
const ANSWER_MS = 20_000;

/** A process that is not young holds no more than this beyond what it held at its beginning, in bytes. */
const MAX_HEAP_GROWTH = 24 * 2 ** 20;
const MAX_RSS_GROWTH = 128 * 2 ** 20;
const NOT_YOUNG_MS = 5_000;

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
    const startedAt = performance.now();
    const failures: string[] = [];
    const disturbances: Promise<void>[] = [];
    for (const disturbance of planOf(seed, seconds)) {
      await delay(Math.max(startedAt + disturbance.atMs - performance.now(), 0));
      underway = `after ${disturbance.atMs} ms of ${seconds} s: ${disturbance.kind}`;
      // A part that does not come back is a problem of the run, and the others go on.
      const disturbed = rig.disturb(disturbance).catch((error: unknown) => {
        failures.push(`"${disturbance.kind}" could not be mended: ${messageOf(error)}`);
      });
      disturbances.push(disturbed);
    }
    underway = "what was disturbed is mended";
    await Promise.all(disturbances);
    underway = "its parts come to rest, and are compared";
    const { problems, lines } = await examine(rig);
    return { problems: [...failures, ...problems], lines };
  } finally {
    await rig.close();
  }
}

/** Lets the rig come to rest, and compares what its parts say. A part that does not answer is one problem more. */
async function examine(rig: Rig): Promise<Outcome> {
  const problems: string[] = [];
  const answered = <T>(asking: Promise<T>): Promise<T | undefined> =>
    asking.catch((error: unknown) => {
      problems.push(messageOf(error));
      return undefined;
    });
  await Promise.all(
    rig.subscribers.map(({ process }) => answered(process.ask({ kind: "finish" }, "finished", ANSWER_MS))),
  );
  const lastTicks: Record<string, LastTick> = {};
  for (const { process } of rig.devices) {
    const finished = await answered(process.ask({ kind: "finish" }, "finished", ANSWER_MS));
    if (finished?.lastTick !== undefined) lastTicks[process.name] = finished.lastTick;
  }
  const signals = new Map<string, SignalCounts>();
  const connections = new Map<string, ConnectionCounts>();
  for (const { process } of rig.subscribers) {
    const settle = { kind: "settle", lastTicks, withinMs: SETTLE_MS } as const;
    const settled = await answered(process.ask(settle, "settled", SETTLE_MS + ANSWER_MS));
    if (settled === undefined) continue;
    signals.set(process.name, settled.signals);
    connections.set(process.name, settled.connections);
    for (const missing of settled.missing) problems.push(`at the end ${process.name} ${missing}`);
  }
  const growths: string[] = [];
  for (const process of [rig.registry, ...[...rig.devices, ...rig.subscribers].map((each) => each.process)]) {
    const growth = await answered(process.ask({ kind: "memory" }, "memory", ANSWER_MS));
    for (const crash of process.crashes) problems.push(`${process.name}: ${crash}`);
    if (growth === undefined) continue;
    growths.push(`${process.name} ${growthText(growth)}`);
    if (isTooMuch(growth)) problems.push(`${process.name} grew: ${growthText(growth)}`);
  }
  const verdict = judge({
    devices: rig.devices.map(({ journal }) => journal.read()),
    clients: rig.subscribers.map(({ process, journal }) => ({
      entries: journal.read(),
      pauses: process.pauses,
      lastIds: `${process.name}/${process.pid}/`,
      deaths: process.deaths,
      idsOf: (pid: number) => `${process.name}/${pid}/`,
    })),
    devicePauses: rig.devices.map(({ process }) => process.pauses),
  });
  return {
    problems: [...verdict.problems, ...problems],
    lines: report(rig, verdict, signals, connections, growths),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function report(
  rig: Rig,
  verdict: Verdict,
  signals: ReadonlyMap<string, SignalCounts>,
  connections: ReadonlyMap<string, ConnectionCounts>,
  growths: readonly string[],
): string[] {
  const calls = [...verdict.outcomes].sort(([, one], [, other]) => other - one);
  const total = calls.reduce((sum, [, count]) => sum + count, 0);
  return [
    `disturbances   ${listed([...rig.done])}`,
    `calls          ${total}: ${listed(calls)}`,
    `answered       ${listed(answered(rig))}`,
    `connections    ${roads(connections)} (since the last start of each)`,
    `commands run   ${verdict.commandsRun}: ${verdict.runTwice} twice, ${verdict.runLate} after their deadline, ` +
      `${verdict.runForNobody} for a client that was killed`,
    `longest overrun of a deadline  ${verdict.longestOverrunMs.toFixed(0)} ms`,
    `signals        ${sum(signals, "received")} received, ${sum(signals, "missed")} told to be missed ` +
      `(${countsText(signals.get(rig.slowSubscriber.process.name))} by the slow subscriber), ` +
      `${verdict.restartsHeard} restarts heard, ${verdict.unknowableTicks} lost with a killed device`,
    `memory         ${growths.join("; ")}`,
  ];
}

/** How many calls of each client were answered: each has a road of its own. */
function answered(rig: Rig): (readonly [string, number])[] {
  return rig.clients.map(({ process, journal }) => {
    const done = journal.read().filter((entry) => entry.kind === "ended" && entry.outcome === "done");
    return [`of ${process.name}`, done.length];
  });
}

function roads(connections: ReadonlyMap<string, ConnectionCounts>): string {
  return [...connections].map(([client, { all, local }]) => `${client} ${all}, ${local} local`).join("; ");
}

function listed(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([what, count]) => `${count} ${what}`).join(", ");
}

function countsText({ received, missed }: SignalCounts = { received: 0, missed: 0 }): string {
  return `${received} and ${missed}`;
}

function sum(signals: ReadonlyMap<string, SignalCounts>, key: keyof SignalCounts): number {
  return [...signals.values()].reduce((total, counts) => total + counts[key], 0);
}

function isTooMuch({ heapBefore, heapNow, rssBefore, rssNow, overMs }: MemoryGrowth): boolean {
  return (
    overMs > NOT_YOUNG_MS && (heapNow - heapBefore > MAX_HEAP_GROWTH || rssNow - rssBefore > MAX_RSS_GROWTH)
  );
}

function growthText({ heapBefore, heapNow, rssBefore, rssNow, overMs }: MemoryGrowth): string {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const seconds = (overMs / 1_000).toFixed(0);
  return `heap ${mib(heapBefore)}→${mib(heapNow)} rss ${mib(rssBefore)}→${mib(rssNow)} MiB in ${seconds} s`;
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
