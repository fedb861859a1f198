import { FleetModule, type Remote, RigApp } from "rigwire";
import { quantile } from "../statistics";
import { runTasks } from "../processes/task-loop";
import { fleetName } from "./fleet-names";
import { sensorClass, type SensorType } from "./sensor";
import { ownUsage } from "./usage";

/** Connections that are made at the same time. */
const CONNECT_AT_ONCE = 16;

/** Milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly failed: number;
}

export type CallerTasks = Awaited<ReturnType<typeof openCaller>>["tasks"];

/** A program that calls many devices by their names. */
async function openCaller(url: string) {
  const app = new RigApp().use(FleetModule.connect(url));
  await app.start();
  const remotes: Remote<InstanceType<SensorType>>[] = [];

  const tasks = {
    /** The first call of each: it is looked up, connected and called. */
    connect({ numbers }: { readonly numbers: readonly number[] }): Promise<Times> {
      const waiting = [...numbers];
      return timed(CONNECT_AT_ONCE, () => {
        const number = waiting.shift();
        if (number === undefined) return undefined;
        const remote = app.client(sensorClass(number), fleetName(number));
        remotes.push(remote);
        return remote.read(1);
      });
    },

    /** Calls one of those that are connected, by chance, again and again. */
    call({ ms, inFlight }: { readonly ms: number; readonly inFlight: number }): Promise<Times> {
      const until = performance.now() + ms;
      return timed(inFlight, () =>
        performance.now() < until ? remotes[Math.floor(Math.random() * remotes.length)]?.read(1) : undefined,
      );
    },

    usage: ({ isCollected }: { readonly isCollected: boolean }) => ownUsage(isCollected),
  };
  return { info: null, tasks, close: () => app.close() };
}

/** @param next - Begins one more; nothing when there is no more. */
async function timed(inFlight: number, next: () => Promise<unknown> | undefined): Promise<Times> {
  const took: number[] = [];
  let failed = 0;
  const beganAt = performance.now();
  const oneByOne = async () => {
    for (;;) {
      const calledAt = performance.now();
      const call = next();
      if (call === undefined) return;
      await call.catch(() => (failed += 1));
      took.push(performance.now() - calledAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, oneByOne));
  const seconds = (performance.now() - beganAt) / 1_000;
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), perSecond: took.length / seconds, failed };
}

if (require.main === module) {
  const [, , url = ""] = process.argv;
  runTasks(() => openCaller(url));
}
