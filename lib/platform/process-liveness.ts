import { readFile, statfs } from "node:fs/promises";
import { uptime } from "node:os";
import { performance } from "node:perf_hooks";

import { hasCode } from "../system-error";

/**
 * How much later than its advertisement a process may seem to have started and still be the one that wrote it.
 * Start times are exact to 10 ms and file times to the kernel's tick, but a clock that is set in between moves
 * one against the other: a Raspberry Pi without a clock of its own sets it in the first minute, usually by less.
 * A process id comes round again only after tens of thousands of others.
 */
export const START_TIME_TOLERANCE_MS = 60_000;

/** Linux tells start times to programs in hundredths of a second, whatever its own tick is. */
const MS_PER_CLOCK_TICK = 10;

/** `f_type` of the file systems that live in memory: tmpfs and ramfs. */
const IN_MEMORY_FILE_SYSTEMS: readonly number[] = [0x01021994, 0x858458f6];

/** A line of `/proc/PID/stat`, as far as it matters here. */
export interface ProcessEntry {
  /** `R`, `S`, `Z`, … */
  readonly state: string;
  readonly threads: number;
  /** After boot. */
  readonly startedMs: number;
}

/** A process that is said to have written a file. */
export interface SupposedWriter {
  readonly pid: number;
  readonly file: string;
  /** When it wrote, in milliseconds since 1970. */
  readonly wroteAtMs: number;
}

/**
 * Whether the process that wrote a file still runs. A process that was killed and not yet collected by its
 * parent does not. Where the system tells start times (Linux), neither does one whose process id now belongs to a
 * program that was started later; elsewhere such a program is taken for the writer.
 */
export async function isWriterAlive({ pid, file, wroteAtMs }: SupposedWriter): Promise<boolean> {
  if (!isThere(pid)) return false;
  const entry = await processEntry(pid);
  if (entry === undefined) return true;
  if (hasEnded(entry)) return false;
  const bootMs = await bootTimeMs();
  if (bootMs + entry.startedMs <= wroteAtMs + START_TIME_TOLERANCE_MS) return true;
  // Memory does not outlive a boot: where such a file seems to, the clock was set since, and times tell nothing.
  return wroteAtMs < bootMs && (await isInMemory(file));
}

/** Reads a line of `/proc/PID/stat`; `undefined` if it is none. */
export function parseProcessEntry(line: string): ProcessEntry | undefined {
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, threads, started] = [fields[0], Number(fields[17]), Number(fields[19])];
  if (state === undefined || !Number.isInteger(threads) || !Number.isInteger(started)) return undefined;
  return { state, threads, startedMs: started * MS_PER_CLOCK_TICK };
}

/** Whether there is a process of that id, whichever it is. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return hasCode(error, "EPERM");
  }
}

/** Killed, and not yet collected by its parent. */
export function hasEnded({ state, threads }: ProcessEntry): boolean {
  // A first thread that has ended looks the same while others of the process go on.
  return (state === "Z" || state === "X") && threads <= 1;
}

/** What the system knows of a process; nothing where it tells nothing (Linux alone does), or the process is gone. */
export async function processEntry(pid: number | "self"): Promise<ProcessEntry | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    return parseProcessEntry(await readFile(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/**
 * When the system booted, in milliseconds since 1970: the earlier of two estimates, because keeping a dead
 * advertisement does less harm than deleting a living one. One goes by the uptime, which some containers count
 * from their own start; the other by this process's start, which knows nothing of a clock that was set since.
 */
async function bootTimeMs(): Promise<number> {
  const byUptime = Date.now() - uptime() * 1000;
  const self = await processEntry("self");
  return self === undefined ? byUptime : Math.min(byUptime, performance.timeOrigin - self.startedMs);
}

async function isInMemory(file: string): Promise<boolean> {
  try {
    return IN_MEMORY_FILE_SYSTEMS.includes((await statfs(file)).type);
  } catch {
    return false;
  }
}
