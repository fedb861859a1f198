import { type Death, type Pause } from "./chaos-process";
import { type Begun, type Entry, type Restart } from "./journal";

/** A busy computer may be this late with the end of a call, in milliseconds. */
export const END_MARGIN_MS = 2_000;

/**
 * A device looks at the deadline, then begins, then writes it down: it may be held up in between, in milliseconds. Where
 * it says when it looked, that alone must not be late, and nothing needs to be allowed for.
 */
export const BEGIN_MARGIN_MS = 150;

/**
 * What stands between the look and the beginning takes no time, but a computer with many more processes than cores may
 * let this one wait there: beyond this, in milliseconds, it is not the computer.
 */
export const HELD_UP_MARGIN_MS = 1_000;

/**
 * A device notices that a client was killed by the end of its connection, or by a heartbeat of a second where a wire
 * carries nothing, and then by a probe: in all, in milliseconds.
 */
export const LOST_MARGIN_MS = 1_800;

/** Of commands that clients send. Now and then rubbish happens to be a command: it has an id of one character. */
const ID_OF_A_CLIENT = /^[^/]+\/\d+\/\d+$/;

export interface Witnesses {
  /** The journal of each device. */
  readonly devices: readonly (readonly Entry[])[];
  readonly clients: readonly {
    readonly entries: readonly Entry[];
    readonly pauses: readonly Pause[];
    /** What the ids of its last start begin with: calls of those before it, which were killed, need not have ended. */
    readonly lastIds: string;
    /** When its processes were killed; their ids begin with what `idsOf` says. */
    readonly deaths?: readonly Death[];
    readonly idsOf?: (pid: number) => string;
  }[];
  /** When each device was stopped, in the order of `devices`. */
  readonly devicePauses?: readonly (readonly Pause[])[];
}

export interface Verdict {
  readonly problems: readonly string[];
  /** How calls ended. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Of the clients; without what happened to be a command in the rubbish. */
  readonly commandsRun: number;
  readonly runTwice: number;
  readonly runLate: number;
  /** Begun for clients that were gone. */
  readonly runForNobody: number;
  readonly longestOverrunMs: number;
  /** The longest that a command began after its deadline: the device was held up after it had looked, in milliseconds. */
  readonly latestBeginMs: number;
  readonly restartsHeard: number;
  /** Items of streams and progress that clients read, and what was told to be left out. */
  readonly itemsRead: number;
  readonly itemsSkipped: number;
  /** Ticks at the end of a killed run that no client can know of. */
  readonly unknowableTicks: number;
}

/** Compares what devices and clients wrote down. */
export function judge({ devices, clients, devicePauses = [] }: Witnesses): Verdict {
  const problems: string[] = [];
  const outcomes = new Map<string, number>();
  const begun = begunCommands(devices.flat(), problems);
  const runTwice = problems.length;
  let runLate = 0;
  let longestOverrunMs = 0;
  let latestBeginMs = 0;
  for (const { entries, pauses, lastIds } of clients) {
    const ends = new Map(entries.flatMap((entry) => (entry.kind === "ended" ? [[entry.id, entry]] : [])));
    for (const entry of entries) {
      if (entry.kind === "problem") problems.push(entry.text);
      if (entry.kind !== "issued") continue;
      const { id, at, timeoutMs } = entry;
      const beginning = begun.get(id);
      if (beginning !== undefined) {
        const lateMs = beginning.at - at - timeoutMs;
        latestBeginMs = Math.max(latestBeginMs, lateMs);
        if (isLate(beginning, at + timeoutMs)) {
          runLate += 1;
          problems.push(`${id} began ${lateMs.toFixed(0)} ms after its deadline`);
        }
      }
      const end = ends.get(id);
      if (end === undefined) {
        if (id.startsWith(lastIds)) problems.push(`${id} never ended`);
        continue;
      }
      outcomes.set(end.outcome, (outcomes.get(end.outcome) ?? 0) + 1);
      const overrunMs = end.at - at - timeoutMs - pausedMs(pauses, at, end.at);
      longestOverrunMs = Math.max(longestOverrunMs, overrunMs);
      if (overrunMs > END_MARGIN_MS)
        problems.push(`${id} ended ${overrunMs.toFixed(0)} ms after its deadline`);
      if (end.outcome === "done" && beginning === undefined) problems.push(`${id} was answered but not run`);
      if (end.outcome.endsWith("(not run)") && beginning !== undefined) {
        problems.push(`${id} ended as ${end.outcome}, but was run`);
      }
    }
  }
  for (const [index, entries] of devices.entries()) judgeLooks(entries, devicePauses[index] ?? [], problems);
  for (const entries of devices) judgeTurns(entries, problems);
  for (const entries of devices) judgeSources(entries, problems);
  const runForNobody = judgeDeaths(devices, clients, devicePauses, problems);
  const restarts = clients.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "restart"));
  const reads = clients.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "read"));
  const unknowableTicks = judgeRestarts(restarts, ticksByRun(devices), problems);
  return {
    problems,
    outcomes,
    commandsRun: begun.size,
    runTwice,
    runLate,
    runForNobody,
    longestOverrunMs,
    latestBeginMs,
    restartsHeard: restarts.length,
    itemsRead: reads.reduce((sum, { items }) => sum + items, 0),
    itemsSkipped: reads.reduce((sum, { skipped }) => sum + skipped, 0),
    unknowableTicks,
  };
}

/** How each command began. */
function begunCommands(entries: readonly Entry[], problems: string[]): Map<string, Begun> {
  const begun = new Map<string, Begun>();
  for (const entry of entries) {
    if (entry.kind !== "began" || !ID_OF_A_CLIENT.test(entry.id)) continue;
    if (begun.has(entry.id)) problems.push(`${entry.id} was run twice`);
    begun.set(entry.id, entry);
  }
  return begun;
}

/** @param deadline - The caller's: what the device thinks of it may be earlier, and never later. */
function isLate({ at, look }: Begun, deadline: number): boolean {
  return look === undefined ? at > deadline + BEGIN_MARGIN_MS : look.at > deadline;
}

/** What a device saw to be late it does not begin, and it looks right before it begins. */
function judgeLooks(entries: readonly Entry[], pauses: readonly Pause[], problems: string[]): void {
  for (const entry of entries) {
    if (entry.kind !== "began" || entry.look === undefined) continue;
    const { id, at, look } = entry;
    if (look.at > look.deadline)
      problems.push(`${id} began, and the device had seen that its deadline was over`);
    const heldUpMs = at - look.at - pausedMs(pauses, look.at, at);
    if (heldUpMs > HELD_UP_MARGIN_MS) {
      problems.push(`${id} began ${heldUpMs.toFixed(0)} ms after the device had looked at its deadline`);
    }
  }
}

/** Commands that wait for their turn never overlap. */
function judgeTurns(entries: readonly Entry[], problems: string[]): void {
  let running: string | undefined;
  for (const entry of entries) {
    if (entry.kind === "opened") running = undefined;
    if (entry.kind === "left" && entry.id === running) running = undefined;
    if (entry.kind !== "began" || entry.inTurn !== true) continue;
    if (running !== undefined) problems.push(`${entry.id} began while ${running} ran`);
    running = entry.id;
  }
}

/** Each source that began has cleared up, once, unless its process was killed before. */
function judgeSources(entries: readonly Entry[], problems: string[]): void {
  const open = new Set<string>();
  for (const entry of entries) {
    if (entry.kind === "opened") open.clear();
    if (entry.kind === "source") open.add(entry.id);
    if (entry.kind === "cleared" && !open.delete(entry.id)) problems.push(`${entry.id} cleared up twice`);
  }
  for (const id of open) problems.push(`${id} never cleared up`);
}

/** Nothing begins for a client that is gone. @returns How often it did. */
function judgeDeaths(
  devices: Witnesses["devices"],
  clients: Witnesses["clients"],
  devicePauses: readonly (readonly Pause[])[],
  problems: string[],
): number {
  const deaths = clients.flatMap(({ deaths: ofClient = [], idsOf }) =>
    idsOf === undefined ? [] : ofClient.map(({ pid, at }) => ({ ids: idsOf(pid), at })),
  );
  let begun = 0;
  for (const [index, entries] of devices.entries()) {
    for (const entry of entries) {
      if (entry.kind !== "began") continue;
      const death = deaths.find(({ ids }) => entry.id.startsWith(ids));
      if (death === undefined) continue;
      const lateMs = entry.at - death.at - pausedMs(devicePauses[index] ?? [], death.at, entry.at);
      if (lateMs <= LOST_MARGIN_MS) continue;
      begun += 1;
      problems.push(`${entry.id} began ${lateMs.toFixed(0)} ms after its client was killed`);
    }
  }
  return begun;
}

/** The runs of each device in their order, with the number of ticks of each. */
function ticksByRun(devices: Witnesses["devices"]): ReadonlyMap<string, number>[] {
  return devices.map((entries) => {
    const runs = new Map<string, number>();
    for (const entry of entries) if (entry.kind === "ticked") runs.set(entry.run, entry.number);
    return runs;
  });
}

/**
 * Between the last tick of one run and the first of another, a client has to be told at least of those that came before
 * it in the new run, and at most of those and everything that the runs before it still told.
 *
 * @returns How many it was not told of.
 */
function judgeRestarts(
  restarts: readonly Restart[],
  devices: readonly ReadonlyMap<string, number>[],
  problems: string[],
): number {
  let unknowable = 0;
  for (const { fromRun, lastNumber, toRun, firstNumber, missed } of restarts) {
    const runs = [...(devices.find((known) => known.has(fromRun)) ?? [])];
    const names = runs.map(([run]) => run);
    const between = runs.slice(names.indexOf(fromRun), names.indexOf(toRun));
    const oldTicks = between.reduce((sum, [, ticks]) => sum + ticks, -lastNumber);
    const newTicks = firstNumber - 1;
    if (missed < newTicks || missed > newTicks + oldTicks) {
      problems.push(
        `${missed} ticks were told to be missed between tick ${lastNumber} of ${fromRun} and ${firstNumber} of ${toRun}: ` +
          `it must be ${newTicks} to ${newTicks + oldTicks}`,
      );
    }
    unknowable += newTicks + oldTicks - missed;
  }
  return unknowable;
}

function pausedMs(pauses: readonly Pause[], from: number, to: number): number {
  return pauses.reduce(
    (sum, pause) => sum + Math.max(0, Math.min(to, pause.to) - Math.max(from, pause.from)),
    0,
  );
}
