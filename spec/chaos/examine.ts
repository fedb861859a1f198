import { type ChaosProcess } from "./chaos-process";
import { messageOf } from "./disturbances";
import { type Journal } from "./journal";
import { judge, type Verdict } from "./judge";
import { type ConnectionCounts, type LastTick, type MemoryGrowth, type SignalCounts } from "./messages";

/** How long the rig may take to be whole again after the last disturbance, in milliseconds. */
const SETTLE_MS = 30_000;
const ANSWER_MS = 20_000;

/** A process that is not young holds no more than this beyond what it held at its beginning, in bytes. */
const MAX_HEAP_GROWTH = 24 * 2 ** 20;
const MAX_RSS_GROWTH = 128 * 2 ** 20;
const NOT_YOUNG_MS = 5_000;

/** A process with what it wrote down. */
export interface Witness {
  readonly process: ChaosProcess;
  readonly journal: Journal;
}

/** The parts of a rig after its disturbances. */
export interface DisturbedRig {
  readonly devices: readonly Witness[];
  /** Everybody who hears of devices. */
  readonly subscribers: readonly Witness[];
  /** Those that neither serve nor call. */
  readonly others: readonly ChaosProcess[];
}

/** What the parts say together. */
export interface Examined {
  readonly problems: readonly string[];
  readonly verdict: Verdict;
  /** By the names of the subscribers. */
  readonly signals: ReadonlyMap<string, SignalCounts>;
  readonly connections: ReadonlyMap<string, ConnectionCounts>;
  /** Of the memory, for people. */
  readonly growths: readonly string[];
}

/** Lets the rig come to rest, and compares what its parts say. A part that does not answer is one problem more. */
export async function examine({ devices, subscribers, others }: DisturbedRig): Promise<Examined> {
  const problems: string[] = [];
  const answered = <T>(asking: Promise<T>): Promise<T | undefined> =>
    asking.catch((error: unknown) => {
      problems.push(messageOf(error));
      return undefined;
    });
  await Promise.all(
    subscribers.map(({ process }) => answered(process.ask({ kind: "finish" }, "finished", ANSWER_MS))),
  );
  const lastTicks: Record<string, LastTick> = {};
  for (const { process } of devices) {
    const finished = await answered(process.ask({ kind: "finish" }, "finished", ANSWER_MS));
    if (finished?.lastTick !== undefined) lastTicks[process.name] = finished.lastTick;
  }
  const signals = new Map<string, SignalCounts>();
  const connections = new Map<string, ConnectionCounts>();
  for (const { process } of subscribers) {
    const settle = { kind: "settle", lastTicks, withinMs: SETTLE_MS } as const;
    const settled = await answered(process.ask(settle, "settled", SETTLE_MS + ANSWER_MS));
    if (settled === undefined) continue;
    signals.set(process.name, settled.signals);
    connections.set(process.name, settled.connections);
    for (const missing of settled.missing) problems.push(`at the end ${process.name} ${missing}`);
  }
  const growths: string[] = [];
  for (const process of [...others, ...[...devices, ...subscribers].map((each) => each.process)]) {
    const growth = await answered(process.ask({ kind: "memory" }, "memory", ANSWER_MS));
    for (const crash of process.crashes) problems.push(`${process.name}: ${crash}`);
    if (growth === undefined) continue;
    growths.push(`${process.name} ${growthText(growth)}`);
    if (isTooMuch(growth)) problems.push(`${process.name} grew: ${growthText(growth)}`);
  }
  const verdict = judge({
    devices: devices.map(({ journal }) => journal.read()),
    clients: subscribers.map(({ process, journal }) => ({
      entries: journal.read(),
      pauses: process.pauses,
      lastIds: `${process.name}/${process.pid}/`,
      deaths: process.deaths,
      idsOf: (pid: number) => `${process.name}/${pid}/`,
    })),
    devicePauses: devices.map(({ process }) => process.pauses),
  });
  return { problems: [...verdict.problems, ...problems], verdict, signals, connections, growths };
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
