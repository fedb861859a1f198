import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

/** A timer of Node's own fires so often, in milliseconds; how late it comes is what is measured. */
const RESOLUTION_MS = 20;

const NS_PER_US = 1_000;
const US_PER_MS = 1_000;

/** How late the event loop of this process comes to what it has to do, in milliseconds. */
export interface EventLoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

let users = 0;
let monitor: IntervalHistogram | undefined;

/**
 * Measures, while anybody in this process wants it: the timer does not keep the process, and JavaScript hears nothing
 * of it.
 *
 * @returns Ends that; once.
 */
export function measureEventLoopDelay(): () => void {
  users += 1;
  if (monitor === undefined) {
    monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    monitor.enable();
  }
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    users -= 1;
    if (users > 0) return;
    monitor?.disable();
    monitor = undefined;
  };
}

/** What was measured since somebody first wanted it; nothing where nothing was. */
export function eventLoopDelay(): EventLoopDelay | undefined {
  if (monitor === undefined || monitor.max === 0) return undefined;
  return {
    p50Ms: lateMs(monitor.percentile(50)),
    p99Ms: lateMs(monitor.percentile(99)),
    maxMs: lateMs(monitor.max),
  };
}

/** Node counts the time between two turns of its timer, which is there even if none is late. */
function lateMs(ns: number): number {
  return Math.max(0, Math.round(ns / NS_PER_US - RESOLUTION_MS * US_PER_MS) / US_PER_MS);
}
