import { readFileSync } from "node:fs";
import { residentMemory } from "../processes/resident-memory";

/** What a process uses. */
export interface Usage {
  /** Of the processors since it started, in milliseconds. */
  readonly cpuMs: number;
  /** Resident, in bytes. */
  readonly memory: number;
}

/** Of Linux on every computer that Node runs on. */
const MS_PER_TICK = 10;
const BYTES_PER_PAGE = 4_096;

/**
 * Of this process.
 *
 * @param isCollected - Its memory is that after a garbage collection, which takes processor time.
 */
export async function ownUsage(isCollected: boolean): Promise<Usage> {
  const memory = isCollected ? await residentMemory() : process.memoryUsage.rss();
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, memory };
}

/** Of another process (proc(5)); nothing where the system does not tell. */
export function usageOf(pid: number | undefined): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in parentheses, and may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [userTicks = 0, systemTicks = 0] = fields.slice(11);
    const [pages = 0] = fields.slice(21);
    return { cpuMs: (userTicks + systemTicks) * MS_PER_TICK, memory: pages * BYTES_PER_PAGE };
  } catch {
    return undefined;
  }
}
