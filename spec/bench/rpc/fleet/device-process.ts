import { FleetModule, RigApp } from "rigwire";
import { setTimeout as pause } from "node:timers/promises";
import { runTasks } from "../processes/task-loop";
import { type Moment, sharedNow } from "./clock";
import { deviceName, SITE } from "./fleet-names";
import { sensorClass } from "./sensor";
import { ownUsage } from "./usage";

/** Apps of some devices each, all over the one connection of this process. */
export interface Apps {
  readonly apps: number;
  readonly devicesEach: number;
  /** The number of the first device; the others follow. */
  readonly first: number;
}

export interface Churn {
  readonly count: number;
  /** Between two of them, in milliseconds; 0 for all at once. */
  readonly everyMs: number;
}

export type DeviceTasks = ReturnType<typeof tasksAt>;

function tasksAt(url: string) {
  const standing: RigApp[] = [];
  /** Those that come and go, of one device each. */
  const passing: (readonly [name: string, app: RigApp])[] = [];

  const appOf = (first: number, count: number) => {
    const app = new RigApp().use(FleetModule.connect(`${url}/${SITE}`));
    for (let number = first; number < first + count; number++) {
      const name = deviceName(number);
      app.serve(new (sensorClass(number))(), { name, url: `${url}/${SITE}/${name}` });
    }
    return app;
  };

  return {
    /** Resolves when all can be found. */
    async start({ apps, devicesEach, first }: Apps): Promise<void> {
      const started = Array.from({ length: apps }, (_, number) =>
        appOf(first + number * devicesEach, devicesEach),
      );
      await Promise.all(started.map((app) => app.start()));
      standing.push(...started);
    },

    /** @returns When each began. */
    async join({ count, everyMs, first }: Churn & { readonly first: number }): Promise<readonly Moment[]> {
      const moments: Moment[] = [];
      const starting: Promise<unknown>[] = [];
      for (let number = first; number < first + count; number++) {
        const app = appOf(number, 1);
        const name = deviceName(number);
        moments.push([name, sharedNow()]);
        starting.push(app.start());
        passing.push([name, app]);
        if (everyMs > 0) await pause(everyMs);
      }
      await Promise.all(starting);
      return moments;
    },

    /** Those that joined first leave first. @returns When each was closed. */
    async leave({ count, everyMs }: Churn): Promise<readonly Moment[]> {
      const moments: Moment[] = [];
      const closing: Promise<unknown>[] = [];
      for (const [name, app] of passing.splice(0, count)) {
        moments.push([name, sharedNow()]);
        closing.push(app.close());
        if (everyMs > 0) await pause(everyMs);
      }
      await Promise.all(closing);
      return moments;
    },

    usage: ({ isCollected }: { readonly isCollected: boolean }) => ownUsage(isCollected),
  };
}

if (require.main === module) {
  const [, , url = ""] = process.argv;
  // The broker is killed at the end: nothing is left for goodbyes to reach.
  runTasks(() => Promise.resolve({ info: null, tasks: tasksAt(url), close: () => Promise.resolve() }));
}
