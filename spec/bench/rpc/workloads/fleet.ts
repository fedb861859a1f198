import { setTimeout as pause } from "node:timers/promises";
import { FleetStage } from "../fleet/fleet-stage";
import { type Moment } from "../fleet/clock";
import { fleetName, typeOf } from "../fleet/fleet-names";
import { quantile } from "../statistics";
import { type Metric, type Values, type Workload } from "./workload";

export const FLEET_DEVICES = 10_000;

/** Those that join at once, those that one killed process has, and those whose connections are called over. */
const JOINING = 1_000;
const KILLED = 500;
const CALLED = 200;

/** Each process brings and takes away a device so often while calls are under way, in milliseconds, so many times. */
const CHURN_EVERY_MS = 100;
const CHURNED = 100;
const CALLS_IN_FLIGHT = 16;

const TIMES = 10;
const QUIET_MS = 5_000;
/** What is promised is told within five seconds; here is waited for longer, to see how late it comes. */
const TOLD_WITHIN_MS = 20_000;
const LISTED_WITHIN_MS = 60_000;

/**
 * 10,000 devices in a few processes over one NATS server.
 *
 * @param devicesEach - Devices of one app, which announces them together: what one computer of a site has.
 */
export function fleetOf(devicesEach: number): Workload {
  const apps = FLEET_DEVICES / devicesEach;
  const name = `fleet-of-${devicesEach}`;
  const title = `Fleet of ${apps.toLocaleString("en-US")} × ${devicesEach}`;
  const metric = (id: string, what: string, unit: string, better: Metric["better"] = "lower"): Metric => ({
    id: `${name}-${id}`,
    title: `${title}: ${what}`,
    unit,
    better,
  });
  return {
    name,
    onlyNamed: true,
    freshServer: true,
    program: "nats-broker",
    peers: ["rigwire"],
    metrics: [
      metric("start", "all start at once, until all are listed", "s"),
      metric("list-first", "lists all, first time", "ms"),
      metric("list", "lists all", "ms"),
      metric("list-watched", "lists all while it watches", "ms"),
      metric("name", "finds one by name", "ms"),
      metric("nobody", "finds that nobody has a name", "ms"),
      metric("type", "finds the 1,000 of a type", "ms"),
      metric("idle-broker-cpu", "idle, processor of nats-server", "%"),
      metric("idle-devices-cpu", "idle, processor of the 4 processes of devices", "%"),
      metric("idle-watcher-cpu", "idle, processor of a program that watches", "%"),
      metric("broker-memory", "memory of nats-server", "MB"),
      metric("device-memory", "memory of a device in its process", "kB"),
      metric("watcher-memory", "memory of a program that watches", "MB"),
      metric("first-call-p50", "a device's first call, with look-up and connection, p50", "ms"),
      metric("first-call-p99", "a device's first call, with look-up and connection, p99", "ms"),
      metric("calls", "calls of random devices, 16 in flight", "calls/s", "higher"),
      metric("call-p50", "time of such a call, p50", "ms"),
      metric("call-p99", "time of such a call, p99", "ms"),
      metric("churn-calls", "the same, while 40 join and 40 leave a second", "calls/s", "higher"),
      metric("churn-call-p50", "time of such a call, p50, while they do", "ms"),
      metric("churn-call-p99", "time of such a call, p99, while they do", "ms"),
      metric("churn-failed", "failed calls", "calls"),
      metric("churn-broker-cpu", "calls and joins, processor of nats-server", "%"),
      metric("churn-devices-cpu", "calls and joins, processor of the processes of devices", "%"),
      metric("churn-watcher-cpu", "calls and joins, processor of a program that watches", "%"),
      metric("churn-joined-p50", "from the start of an app until it is told elsewhere, p50", "ms"),
      metric("churn-joined-p99", "from the start of an app until it is told elsewhere, p99", "ms"),
      metric("churn-left-p99", "from the close of an app until it is told elsewhere, p99", "ms"),
      metric("joins", "1,000 apps join at once", "joins/s", "higher"),
      metric("joined-last", "the last of them is told elsewhere, after its start", "ms"),
      metric("leaves", "1,000 apps leave at once", "leaves/s", "higher"),
      metric("left-last", "the last of them is told elsewhere, after its close", "ms"),
      metric("killed-first", "a process is killed: the first of its 500 devices is told lost", "ms"),
      metric("killed-last", "a process is killed: the last of its 500 devices is told lost", "ms"),
      metric("restart-listed", "nats-server restarted: until all are listed", "ms"),
      metric("restart-lost", "nats-server restarted: devices told lost", "devices"),
      metric("restart-failed", "nats-server restarted: failed calls from then on", "calls"),
      metric("restart-call-p99", "nats-server restarted: time of a call, p99", "ms"),
    ],
    async run(stage) {
      const fleet = await FleetStage.open(stage);
      const values: Record<string, number | undefined> = {};
      for (const step of [start, lookUp, idle, calls, churn, flood, kill, restart]) {
        Object.assign(values, await step(fleet, { apps, devicesEach }));
      }
      return Object.fromEntries(Object.entries(values).map(([id, value]) => [`${name}-${id}`, value]));
    },
  };
}

interface Shape {
  readonly apps: number;
  readonly devicesEach: number;
}

type Step = (fleet: FleetStage, shape: Shape) => Promise<Values>;

const start: Step = async (fleet, { apps, devicesEach }) => {
  const before = await fleet.usage(true);
  const beganAt = performance.now();
  const { devices } = fleet;
  const each = apps / devices.length;
  await Promise.all(
    devices.map((process, index) =>
      process.ask("start", { apps: each, devicesEach, first: index * each * devicesEach }),
    ),
  );
  await fleet.directory.ask("listed", { count: FLEET_DEVICES, timeoutMs: LISTED_WITHIN_MS });
  const seconds = (performance.now() - beganAt) / 1_000;
  const after = await fleet.usage(true);
  return {
    start: seconds,
    "device-memory": (after.devices.memory - before.devices.memory) / 1_000 / FLEET_DEVICES,
  };
};

const lookUp: Step = async ({ directory }) => {
  const all = await directory.ask("find", { query: {}, times: TIMES });
  const one = await directory.ask("find", { query: { name: fleetName(7_123) }, times: TIMES });
  const none = await directory.ask("find", { query: { name: fleetName(-1) }, times: TIMES });
  const type = await directory.ask("find", { query: { type: typeOf(3) }, times: TIMES });
  expectCount("the list", all.fewest, FLEET_DEVICES);
  expectCount("those of a name", one.fewest, 1);
  expectCount("those of a type", type.fewest, FLEET_DEVICES / 10);
  await directory.ask("watch", null);
  const watched = await directory.ask("find", { query: {}, times: TIMES });
  return {
    "list-first": all.firstMs,
    list: all.laterMs,
    name: one.laterMs,
    nobody: none.laterMs,
    type: type.laterMs,
    "list-watched": watched.laterMs,
  };
};

const idle: Step = async (fleet) => {
  await pause(QUIET_MS);
  const { broker, devices, directory } = await fleet.busy(() => pause(QUIET_MS));
  const { broker: server, directory: watcher } = await fleet.usage(true);
  return {
    "idle-broker-cpu": broker,
    "idle-devices-cpu": devices,
    "idle-watcher-cpu": directory,
    "broker-memory": server && server.memory / 1_000_000,
    "watcher-memory": watcher.memory / 1_000_000,
  };
};

const calls: Step = async ({ caller }) => {
  const numbers = Array.from({ length: CALLED }, (_, index) => index * (FLEET_DEVICES / CALLED));
  const first = await caller.ask("connect", { numbers });
  expectCount("failed first calls", first.failed, 0);
  // Until the code is compiled.
  await caller.ask("call", { ms: QUIET_MS / 5, inFlight: CALLS_IN_FLIGHT });
  const { p50, p99, perSecond } = await caller.ask("call", { ms: QUIET_MS, inFlight: CALLS_IN_FLIGHT });
  return {
    "first-call-p50": first.p50,
    "first-call-p99": first.p99,
    calls: perSecond,
    "call-p50": p50,
    "call-p99": p99,
  };
};

const churn: Step = async (fleet) => {
  const pace = { count: CHURNED, everyMs: CHURN_EVERY_MS };
  const joinAll = (from: number) =>
    Promise.all(
      fleet.devices.map((process, index) => process.ask("join", { ...pace, first: from + index * CHURNED })),
    );
  // Those that leave while others join came before.
  const first = (await joinAll(FLEET_DEVICES)).flat();
  let joined: readonly Moment[] = [];
  let left: readonly Moment[] = [];
  let called = { p50: NaN, p99: NaN, perSecond: NaN, failed: NaN };
  const busy = await fleet.busy(async () => {
    const joining = joinAll(2 * FLEET_DEVICES);
    const leaving = Promise.all(fleet.devices.map((process) => process.ask("leave", pace)));
    called = await fleet.caller.ask("call", { ms: CHURNED * CHURN_EVERY_MS, inFlight: CALLS_IN_FLIGHT });
    joined = (await joining).flat();
    left = (await leaving).flat();
  });
  expectCount("devices that left", left.length, first.length);
  const toldJoined = await fleet.delays("added", joined, TOLD_WITHIN_MS);
  const toldLeft = await fleet.delays("removed", left, TOLD_WITHIN_MS);
  // Out of the way of what follows.
  await Promise.all(fleet.devices.map((process) => process.ask("leave", { count: CHURNED, everyMs: 0 })));
  return {
    "churn-calls": called.perSecond,
    "churn-call-p50": called.p50,
    "churn-call-p99": called.p99,
    "churn-failed": called.failed,
    "churn-broker-cpu": busy.broker,
    "churn-devices-cpu": busy.devices,
    "churn-watcher-cpu": busy.directory,
    "churn-joined-p50": quantile(toldJoined, 0.5),
    "churn-joined-p99": quantile(toldJoined, 0.99),
    "churn-left-p99": quantile(toldLeft, 0.99),
  };
};

const flood: Step = async (fleet) => {
  const count = JOINING / fleet.devices.length;
  const joinedAt = performance.now();
  const joining = fleet.devices.map((process, index) =>
    process.ask("join", { count, everyMs: 0, first: 3 * FLEET_DEVICES + index * count }),
  );
  const joined = (await Promise.all(joining)).flat();
  const toldJoined = await fleet.delays("added", joined, TOLD_WITHIN_MS);
  const joinSeconds = (performance.now() - joinedAt) / 1_000;
  const leftAt = performance.now();
  const leaving = fleet.devices.map((process) => process.ask("leave", { count, everyMs: 0 }));
  const left = (await Promise.all(leaving)).flat();
  const toldLeft = await fleet.delays("removed", left, TOLD_WITHIN_MS);
  return {
    joins: JOINING / joinSeconds,
    "joined-last": Math.max(...toldJoined),
    leaves: JOINING / ((performance.now() - leftAt) / 1_000),
    "left-last": Math.max(...toldLeft),
  };
};

const kill: Step = async (fleet, { devicesEach }) => {
  const first = 4 * FLEET_DEVICES;
  const killedAt = await fleet.killProcess({ apps: KILLED / devicesEach, devicesEach, first });
  const names = Array.from({ length: KILLED }, (_, number) => first + number);
  const delays = await fleet.delays("removed", fleet.momentsOf(names, killedAt), TOLD_WITHIN_MS);
  return { "killed-first": Math.min(...delays), "killed-last": Math.max(...delays) };
};

const restart: Step = async (fleet) => {
  const { removed } = await fleet.directory.ask("counts", null);
  await fleet.restartBroker();
  const listedMs = await fleet.directory.ask("listed", { count: FLEET_DEVICES, timeoutMs: LISTED_WITHIN_MS });
  const { p99, failed } = await fleet.caller.ask("call", { ms: QUIET_MS, inFlight: CALLS_IN_FLIGHT });
  // Whoever counts as silent is told within five seconds.
  await pause(QUIET_MS);
  const after = await fleet.directory.ask("counts", null);
  return {
    "restart-listed": listedMs,
    "restart-lost": after.removed - removed,
    "restart-failed": failed,
    "restart-call-p99": p99,
  };
};

function expectCount(what: string, count: number, expected: number): void {
  if (count !== expected) throw new Error(`${what}: ${count}, not ${expected}`);
}
