import { DEVICE_DIRECTORY, type DeviceEvent, type DeviceQuery, FleetModule, RigApp } from "rigwire";
import { type Subscription } from "rxjs";
import { setTimeout as pause } from "node:timers/promises";
import { quantile } from "../statistics";
import { runTasks } from "../processes/task-loop";
import { type Moment, sharedNow } from "./clock";
import { ownUsage } from "./usage";

const LOOK_AGAIN_MS = 20;

export interface Found {
  /** How many were found, where it was fewest. */
  readonly fewest: number;
  /** The first time, and the median of all others, in milliseconds. */
  readonly firstMs: number;
  readonly laterMs: number;
}

export interface Told {
  readonly kind: DeviceEvent["kind"];
  readonly names: readonly string[];
  /** Rejects if not all were told by then. */
  readonly timeoutMs: number;
}

export type DirectoryTasks = Awaited<ReturnType<typeof openDirectory>>["tasks"];

/** A program that looks devices up, and watches them come and go. */
async function openDirectory(url: string) {
  const app = new RigApp().use(FleetModule.connect(url));
  await app.start();
  const directory = app.resolve(DEVICE_DIRECTORY);
  const told = { added: new Map<string, number>(), removed: new Map<string, number>() };
  let watching: Subscription | undefined;

  const tasks = {
    /** Looks up so many times, one after another. */
    async find({ query, times }: { readonly query: DeviceQuery; readonly times: number }): Promise<Found> {
      const took: number[] = [];
      let fewest = Infinity;
      for (let time = 0; time < times; time++) {
        const askedAt = performance.now();
        const { length } = await directory.find(query);
        took.push(performance.now() - askedAt);
        fewest = Math.min(fewest, length);
      }
      const [firstMs = NaN, ...later] = took;
      return { fewest, firstMs, laterMs: later.length === 0 ? firstMs : quantile(later, 0.5) };
    },

    /** Lists again and again until so many are there. @returns How long that took, in milliseconds. */
    async listed({ count, timeoutMs }: { readonly count: number; readonly timeoutMs: number }) {
      const beganAt = performance.now();
      for (;;) {
        const found = await directory.find({}).catch(() => []);
        const ms = performance.now() - beganAt;
        if (found.length === count) return ms;
        if (ms > timeoutMs) throw new Error(`${found.length} of ${count} devices are listed after ${ms} ms`);
        await pause(LOOK_AGAIN_MS);
      }
    },

    /** Resolves when the devices that are there are known. */
    async watch(_options: null): Promise<void> {
      watching = directory.changes$.subscribe(({ kind, device }) =>
        told[kind].set(ownName(device.name), sharedNow()),
      );
      await directory.find({});
    },

    unwatch(_options: null): Promise<void> {
      watching?.unsubscribe();
      return Promise.resolve();
    },

    /** How many were told so far, each device once. */
    counts: (_options: null) => Promise.resolve({ added: told.added.size, removed: told.removed.size }),

    /** @returns When each was told. */
    async told({ kind, names, timeoutMs }: Told): Promise<readonly Moment[]> {
      const until = performance.now() + timeoutMs;
      for (;;) {
        const missing = names.filter((name) => !told[kind].has(name));
        if (missing.length === 0) return names.map((name) => [name, told[kind].get(name) ?? NaN]);
        if (performance.now() > until) {
          throw new Error(
            `${missing.length} of ${names.length} were not told to be ${kind} in ${timeoutMs} ms`,
          );
        }
        await pause(LOOK_AGAIN_MS);
      }
    },

    usage: ({ isCollected }: { readonly isCollected: boolean }) => ownUsage(isCollected),
  };
  return { info: null, tasks, close: () => app.close() };
}

/** Without the site. */
function ownName(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

if (require.main === module) {
  const [, , url = ""] = process.argv;
  runTasks(() => openDirectory(url));
}
