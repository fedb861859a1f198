import { setTimeout as delay } from "node:timers/promises";
import { type ChaosProcess } from "./chaos-process";

/** What is done to a rig: one thing at a time to each of its parts, and all of it counted. */
export class Disturbances {
  /** How often each was carried out. */
  readonly done = new Map<string, number>();
  private readonly busy = new Set<object>();

  /** Does it, unless its target is in trouble already. */
  async exclusively(kind: string, target: object, work: () => Promise<unknown>): Promise<void> {
    if (this.busy.has(target)) return;
    this.busy.add(target);
    this.count(kind, 1);
    try {
      await work();
    } finally {
      this.busy.delete(target);
    }
  }

  count(kind: string, times: number): void {
    this.done.set(kind, (this.done.get(kind) ?? 0) + times);
  }
}

/**
 * Disturbs a rig as planned, and waits until all of it is mended.
 *
 * @param disturb - Does it, and mends it.
 * @param tell - Gets what is done as it begins.
 * @returns What could not be mended: a problem of the run, in which the others go on.
 */
export async function carryOut<Planned extends { readonly kind: string; readonly atMs: number }>(
  plan: readonly Planned[],
  disturb: (planned: Planned) => Promise<void>,
  tell: (planned: Planned) => void = () => undefined,
): Promise<readonly string[]> {
  const startedAt = performance.now();
  const failures: string[] = [];
  const disturbing: Promise<void>[] = [];
  for (const planned of plan) {
    await delay(Math.max(startedAt + planned.atMs - performance.now(), 0));
    tell(planned);
    disturbing.push(
      disturb(planned).catch((error: unknown) => {
        failures.push(`"${planned.kind}" could not be mended: ${messageOf(error)}`);
      }),
    );
  }
  await Promise.all(disturbing);
  return failures;
}

export async function killFor(
  process: ChaosProcess,
  lastsMs: number,
  start: () => Promise<unknown>,
): Promise<void> {
  await process.kill();
  await delay(lastsMs);
  await start();
}

export async function pauseFor(process: ChaosProcess, lastsMs: number): Promise<void> {
  const resume = process.pause();
  await delay(lastsMs);
  resume();
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
