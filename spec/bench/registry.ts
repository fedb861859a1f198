// A device registry with ten thousand devices. To be run by hand:
//   npx tsc -p spec/bench && node build/bench/spec/bench/registry.js
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { DeviceRegistry } from "../../lib/registry/device-registry";
import { RegistryClient } from "../../lib/registry/registry-client";
import { RegisteredDevices } from "../../lib/registry/registered-devices";

const DEVICES = 10_000;
const DEVICES_OF_A_TYPE = 100;
/** Devices have connections of their own, each with its heartbeats; one process cannot hold as many as there are. */
const CONNECTIONS = 300;
/** Requests under way at the same time. */
const PIPELINED = 100;
const LOOKUPS = 20_000;
const CHECK_IN_EVERY_MS = 20_000;
const ALIVE_TIMEOUT_MS = 60_000;

interface Usage {
  readonly cpu: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
}

/** The registry, alone in its process. */
async function runRegistry(): Promise<void> {
  const registry = await DeviceRegistry.open({ url: "tcp://127.0.0.1" });
  process.on("message", () => {
    global.gc?.();
    const usage: Usage = { cpu: process.cpuUsage(), memory: process.memoryUsage() };
    process.send?.(usage);
  });
  process.on("disconnect", () => void registry.close());
  process.send?.(registry.url);
}

async function usageOf(registry: ChildProcess): Promise<Usage> {
  registry.send("usage");
  const [usage] = (await once(registry, "message")) as [Usage];
  return usage;
}

function print(what: string, value: number, unit: string): void {
  const digits = value < 100 ? 1 : 0;
  const shown = value.toLocaleString("en", { maximumFractionDigits: digits });
  process.stdout.write(`${what.padEnd(60)}${shown.padStart(12)} ${unit}\n`);
}

/** Does something so many times, with some of them under way at once; gives how many were done in a second. */
async function perSecond(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let index = 0;
  const begunAt = performance.now();
  const worker = async () => {
    while (index < count) await work(index++);
  };
  await Promise.all(Array.from({ length: PIPELINED }, worker));
  return (count * 1_000) / (performance.now() - begunAt);
}

const nameOf = (index: number) => `cam-${index}`;
const typeOf = (index: number) => `type-${Math.floor(index / DEVICES_OF_A_TYPE)}`;
const urlOf = (index: number) => `tcp://10.0.${index >> 8}.${index & 255}:9000`;

async function registerAll(client: RegistryClient, from: number, to: number): Promise<[string[], number]> {
  const uuids: string[] = [];
  const rate = await perSecond(to - from, async (offset) => {
    const index = from + offset;
    const device = { type: typeOf(index), url: urlOf(index), name: nameOf(index) };
    uuids.push((await client.register(device)).uuid);
  });
  return [uuids, rate];
}

function lookUp(client: RegistryClient, devices: number): Promise<number> {
  return perSecond(LOOKUPS, (index) => client.list({ name: nameOf((index * 7_919) % devices) }));
}

/** Every device once in 20 s, evenly, over several connections. */
async function checkInForOneRound(
  clients: readonly RegistryClient[],
  uuids: readonly string[],
): Promise<void> {
  const begunAt = performance.now();
  const underWay: Promise<boolean>[] = [];
  for (const [index, uuid] of uuids.entries()) {
    const dueIn = begunAt + (index * CHECK_IN_EVERY_MS) / uuids.length - performance.now();
    if (dueIn > 1) await delay(dueIn);
    const client = clients[index % clients.length];
    if (client !== undefined) underWay.push(client.checkAlive(uuid, { aliveTimeoutMs: ALIVE_TIMEOUT_MS }));
  }
  const known = await Promise.all(underWay);
  if (known.includes(false)) throw new Error("a device was forgotten");
}

async function measureCheckIns(url: string, registry: ChildProcess, uuids: readonly string[]): Promise<void> {
  const clients = Array.from({ length: CONNECTIONS }, () => new RegistryClient(url));
  await Promise.all(clients.map((client) => client.checkAlive("connects")));
  const before = await usageOf(registry);
  const begunAt = performance.now();
  await checkInForOneRound(clients, uuids);
  const elapsedMs = performance.now() - begunAt;
  const { cpu } = await usageOf(registry);
  const usedMs = (cpu.user + cpu.system - before.cpu.user - before.cpu.system) / 1_000;
  print(
    "CPU share of the registry while all check in every 20 s",
    (usedMs / elapsedMs) * 100,
    "% of one core",
  );
  await Promise.all(clients.map((client) => client.close()));
}

/** The table alone, without the network. */
function measureTable(devices: number): void {
  const table = new RegisteredDevices(devices, () => performance.now());
  for (let index = 0; index < devices; index++) {
    table.register({ type: typeOf(index), url: urlOf(index), name: nameOf(index), overwrite: false });
  }
  const begunAt = performance.now();
  const rounds = 2_000_000;
  for (let index = 0; index < rounds; index++) table.find({ name: nameOf((index * 7_919) % devices) });
  const rate = (rounds * 1_000) / (performance.now() - begunAt);
  print(`lookups by name in the table alone, ${devices} devices`, rate, "/s");
}

async function measure(): Promise<void> {
  const registry = fork(__filename, ["serve"], { execArgv: ["--expose-gc"] });
  const [url] = (await once(registry, "message")) as [string];
  const client = new RegistryClient(url);
  await client.checkAlive("connects");
  const empty = (await usageOf(registry)).memory;

  const [first] = await registerAll(client, 0, 10);
  print("lookups by name, 10 devices", await lookUp(client, 10), "/s");
  const [others, registrations] = await registerAll(client, 10, DEVICES);
  print("registrations, up to 10,000 devices", registrations, "/s");
  print("lookups by name, 10,000 devices", await lookUp(client, DEVICES), "/s");
  const byType = await perSecond(LOOKUPS / 10, (index) =>
    client.list({ type: typeOf((index * 7_919) % DEVICES) }),
  );
  print("lookups by type, 100 devices each", byType, "/s");
  const listed = performance.now();
  await client.list();
  print("a list of all 10,000", performance.now() - listed, "ms");

  const uuids = [...first, ...others];
  const checkIn = (index: number) =>
    client.checkAlive(uuids[index] ?? "", { aliveTimeoutMs: ALIVE_TIMEOUT_MS });
  print("check-ins, as fast as they can", await perSecond(uuids.length, checkIn), "/s");
  const full = (await usageOf(registry)).memory;
  await measureCheckIns(url, registry, uuids);
  const after = (await usageOf(registry)).memory;
  const mebibytes = (bytes: number) => bytes / 1024 / 1024;
  print("memory of the registry's process, empty", mebibytes(empty.rss), "MiB");
  print("memory with 10,000 devices, after the check-ins", mebibytes(after.rss), "MiB");
  print("of it the devices, in the heap", mebibytes(full.heapUsed - empty.heapUsed), "MiB");
  await client.close();
  registry.disconnect();
  measureTable(10);
  measureTable(DEVICES);
}

void (process.argv[2] === "serve" ? runRegistry() : measure());
