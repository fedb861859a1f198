import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Dealer } from "zeromq";
import { ConnectionLostError, RegistryModule, type Remote, RigApp, withOptions } from "rigwire";
import { firstValueFrom } from "rxjs";
import { TcpProxy } from "../support/tcp-proxy";
import { ChaosDevice } from "./chaos-device";
import { ChaosProcess, killAll } from "./chaos-process";
import { type MemoryGrowth } from "./messages";
import { quiet } from "./quiet-logger";
import { Random } from "./random";
import { nearlyARequest, throwBytes } from "./rubbish";

/**
 * Prints how quickly the end and the return of a device are noticed, and what bad messages cost a device:
 * `npm run chaos:figures`.
 */

const ROUNDS = 15;
const BAD_MESSAGES = 1_000_000;
const BROKEN_CONNECTIONS = 1_000;
const IN_ONE_GO = 500;
const CALL_TIMEOUT_MS = 20_000;
/** The memory meter of a process begins to count after 3 s. */
const SETTLED_AFTER_MS = 4_000;

interface Times {
  readonly lostMs: number[];
  readonly callMs: number[];
  readonly signalMs: number[];
}

let ids = 0;

/** Kills and starts a device again and again, with a call in it and with one that waits for it. */
async function killAndStart(folder: string, registry: string, wire: TcpProxy | undefined): Promise<Times> {
  const name = wire === undefined ? "moving" : "staying";
  const journal = join(folder, `${name}.jsonl`);
  const args = [name, registry, journal, "", ...(wire === undefined ? [] : [wire.url])];
  const device = new ChaosProcess(name, "device-process", args);
  const start = async () => {
    const { port } = new URL(await device.start());
    wire?.lead({ host: "127.0.0.1", port: Number(port) });
    return performance.now();
  };
  await start();
  const app = new RigApp({ logger: quiet }).use(RegistryModule.connect(registry));
  await app.start();
  const remote = withOptions(app.client(ChaosDevice, name), { timeoutMs: CALL_TIMEOUT_MS });
  const times: Times = { lostMs: [], callMs: [], signalMs: [] };
  try {
    for (let round = 0; round < ROUNDS; round++) await killAndStartOnce(device, remote, start, times);
  } finally {
    await app.close();
    await device.kill();
  }
  return times;
}

async function killAndStartOnce(
  device: ChaosProcess,
  remote: Remote<ChaosDevice>,
  start: () => Promise<number>,
  times: Times,
): Promise<void> {
  await firstValueFrom(remote.ticked);
  const running = remote.command(newId(), CALL_TIMEOUT_MS).then(
    () => Promise.reject(new Error("a command of a killed device was answered")),
    (error: unknown) => ({ error, at: performance.now() }),
  );
  await remote.urgent(newId());
  const killedAt = performance.now();
  void device.kill();
  const { error, at } = await running;
  if (!(error instanceof ConnectionLostError)) throw error;
  times.lostMs.push(at - killedAt);

  const answered = remote.urgent(newId()).then(() => performance.now());
  const told = firstValueFrom(remote.ticked).then(() => performance.now());
  const servedAt = await start();
  times.callMs.push((await answered) - servedAt);
  times.signalMs.push((await told) - servedAt);
}

/** @returns What the device held before and after, and how many replies it gave. */
async function flood(folder: string, registry: string): Promise<{ growth: MemoryGrowth; replies: number }> {
  const device = new ChaosProcess("flooded", "device-process", [
    "flooded",
    registry,
    join(folder, "flooded.jsonl"),
  ]);
  const url = await device.start();
  const port = Number(new URL(url).port);
  await delay(SETTLED_AFTER_MS);
  const random = new Random(1);
  const replies = await floodWithMessages(url, random);
  for (let count = 0; count < BROKEN_CONNECTIONS; count++) await throwBytes(port, random);
  const growth = await device.ask({ kind: "memory" }, "memory", CALL_TIMEOUT_MS);
  await device.kill();
  return { growth, replies };
}

/** Each message asks for a reply, bad as it is: all are answered before the next ones are sent. */
async function floodWithMessages(url: string, random: Random): Promise<number> {
  const dealer = new Dealer({ linger: 0, receiveTimeout: CALL_TIMEOUT_MS });
  dealer.connect(url);
  let replies = 0;
  for (let sent = 0; sent < BAD_MESSAGES; sent += IN_ONE_GO) {
    for (let count = 0; count < IN_ONE_GO; count++) {
      await dealer.send([String(count), "", nearlyARequest(random)]);
    }
    // A last one that is good tells that those before it are done with.
    await dealer.send(["end", "", '{"event":"GET_INVENTORY"}']);
    for (let id = ""; id !== "end"; replies++) id = String((await dealer.receive())[0]);
  }
  dealer.close();
  return replies;
}

function newId(): string {
  return `figures/1/${++ids}`;
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map(
    (place) => sorted[place] ?? NaN,
  );
  return `${median?.toFixed(1)} ms (${least?.toFixed(1)} to ${most?.toFixed(1)}, ${sorted.length} times)`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rigwire-figures-"));
  const registry = new ChaosProcess("registry", "registry-process", ["tcp://127.0.0.1"]);
  const wire = await TcpProxy.open({ host: "127.0.0.1", port: 1 });
  try {
    const registryUrl = await registry.start();
    for (const [where, through] of [
      ["the same address", wire],
      ["another address, from the registry", undefined],
    ] as const) {
      const { lostMs, callMs, signalMs } = await killAndStart(folder, registryUrl, through);
      print(`started again at ${where}:`);
      print(`  SIGKILL to ConnectionLostError    ${spread(lostMs)}`);
      print(`  serving to first answered call    ${spread(callMs)}`);
      print(`  serving to first signal           ${spread(signalMs)}`);
    }
    const startedAt = performance.now();
    const { growth, replies } = await flood(folder, registryUrl);
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    print(`${BAD_MESSAGES} bad messages, ${BROKEN_CONNECTIONS} connections of rubbish in ${seconds} s:`);
    print(`  replies ${replies}; heap ${mib(growth.heapBefore)} to ${mib(growth.heapNow)} MiB,`);
    print(`  resident ${mib(growth.rssBefore)} to ${mib(growth.rssNow)} MiB`);
  } finally {
    await registry.kill();
    await wire.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.on("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
