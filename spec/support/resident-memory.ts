import { readFileSync, writeFileSync } from "node:fs";

const RESET_PEAK = "5";
const KIB = 1024;

export const MIB = 1024 * 1024;

/** What a process keeps in memory, in bytes: now, and at most since {@link forgetPeak} (Linux: `/proc/PID/status`). */
export function residentMemory(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1]) * KIB;
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

/** The peak is what there is now. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
}

/** Prints what a process took at most beyond what it had before, against a bound, and returns it, in MiB. */
export function tellGrowth(what: string, pid: number, before: number, boundMiB: number): number {
  const { peak } = residentMemory(pid);
  const grown = Math.round((peak - before) / MIB);
  process.stdout.write(
    `${what}: +${grown} MiB at most (bound ${boundMiB}; ${Math.round(peak / MIB)} in all)\n`,
  );
  return grown;
}
