import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TcpProxy } from "../support/tcp-proxy";
import { freePort } from "../support/free-port";
import { ChaosProcess } from "./chaos-process";
import { Journal } from "./journal";
import { type Disturbance } from "./plan";
import { Random } from "./random";
import { RigKeys } from "./rig-keys";
import { throwRubbish } from "./rubbish";

const DEVICES = 4;
const CLIENTS = 3;

/** One of those behind wires, and one that moves. */
const KEYED_DEVICES = ["device-1", "device-2"];

/** It uses the devices without keys only. */
const CLIENT_WITHOUT_KEYS = 1;

/** Slower than what clients ask for: an image takes longer than most calls have. */
const SLOW_BYTES_PER_SECOND = 50_000;
const SLOW_DELAY_MS = 40;

/** Another address of the loopback, so that wires at the usual one have the same ports. */
const BEHIND_WIRES = "127.0.0.2";

interface ChaosDeviceProcess {
  readonly process: ChaosProcess;
  readonly journal: Journal;
  /** Half of the devices are reached through a wire at one address; the others have a new address at each start. */
  readonly wire: TcpProxy | undefined;
  /** A wire of their own for the signals of such a device. */
  readonly signals: TcpProxy | undefined;
  port: number;
}

interface ChaosClientProcess {
  readonly process: ChaosProcess;
  readonly journal: Journal;
}

/** Devices, clients and a registry in processes of their own, and what is done to them. */
export class Rig {
  /** How often each disturbance was carried out. */
  readonly done = new Map<string, number>();
  private readonly busy = new Set<object>();

  private constructor(
    readonly registry: ChaosProcess,
    private readonly registryPort: number,
    readonly devices: readonly ChaosDeviceProcess[],
    readonly clients: readonly ChaosClientProcess[],
    /** It only hears, and is slower than what it hears: nothing else is done to it. */
    readonly slowSubscriber: ChaosClientProcess,
  ) {}

  /** Everybody who hears of devices. */
  get subscribers(): readonly ChaosClientProcess[] {
    return [...this.clients, this.slowSubscriber];
  }

  /** @param folder - For the journals. */
  static async start(folder: string, seed: number): Promise<Rig> {
    const registryPort = await freePort();
    const registryUrl = `tcp://127.0.0.1:${registryPort}`;
    const registry = new ChaosProcess("registry", "registry-process", [registryUrl]);
    const names = Array.from({ length: DEVICES }, (_, index) => `device-${index}`);
    const keys = new RigKeys(folder, KEYED_DEVICES);
    const devices = await Promise.all(
      names.map(async (name, index) => {
        const file = join(folder, `${name}.jsonl`);
        const isWired = index % 2 === 0;
        const wire = isWired ? await TcpProxy.open({ host: BEHIND_WIRES, port: 1 }) : undefined;
        const signalPort = await freePort();
        const signals = isWired
          ? await TcpProxy.open({ host: BEHIND_WIRES, port: signalPort }, signalPort)
          : undefined;
        const args = [name, registryUrl, file, keys.ofDevice(name)];
        if (wire !== undefined) args.push(wire.url, `tcp://${BEHIND_WIRES}`, String(signalPort));
        const process = new ChaosProcess(name, "device-process", args);
        return { process, journal: new Journal(file), wire, signals, port: 0 };
      }),
    );
    const client = (name: string, program: string, clientSeed: number, hasKeys: boolean) => {
      const file = join(folder, `${name}.jsonl`);
      const keyFile = hasKeys ? keys.ofClient(name, names) : "";
      const used = hasKeys ? names : names.filter((device) => !keys.isKeyed(device));
      const args = [name, registryUrl, file, keyFile, String(clientSeed), ...used];
      return { process: new ChaosProcess(name, program, args), journal: new Journal(file) };
    };
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      client(`client-${index}`, "client-process", seed + 1_000 * index, index !== CLIENT_WITHOUT_KEYS),
    );
    const slow = client("slow-subscriber", "slow-subscriber-process", seed, true);
    const rig = new Rig(registry, registryPort, devices, clients, slow);
    await registry.start();
    await Promise.all(devices.map((device) => startDevice(device)));
    await Promise.all(rig.subscribers.map(({ process }) => process.start()));
    return rig;
  }

  /**
   * Does it, if its target is not in trouble already, and mends it. The last device and the last client are never
   * killed: their memory is watched from the beginning to the end.
   */
  async disturb({ kind, lastsMs, index, seed }: Disturbance): Promise<void> {
    const device = this.devices[index % this.devices.length];
    const client = this.clients[index % this.clients.length];
    const wired = this.devices.filter(({ wire }) => wire !== undefined);
    const { wire, signals } = wired[index % wired.length] ?? {};
    if (device === undefined || client === undefined || wire === undefined || signals === undefined) return;
    switch (kind) {
      case "kill device":
        return this.exclusively(kind, device, () =>
          killFor(device.process, lastsMs, () => startDevice(device)),
        );
      case "close device":
        return this.exclusively(kind, device, async () => {
          if (device === this.devices.at(-1)) return;
          await device.process.end();
          await delay(lastsMs);
          await startDevice(device);
        });
      case "stop device":
        return this.exclusively(kind, device, () => pauseFor(device.process, lastsMs));
      case "kill client":
        if (client === this.clients.at(-1)) return;
        return this.exclusively(kind, client, () =>
          killFor(client.process, lastsMs, () => client.process.start()),
        );
      case "stop client":
        return this.exclusively(kind, client, () => pauseFor(client.process, lastsMs));
      case "kill registry":
        return this.exclusively(kind, this.registry, () =>
          killFor(this.registry, lastsMs, () => this.registry.start()),
        );
      case "cut wire":
      case "cut signals": {
        const cut = kind === "cut wire" ? wire : signals;
        return this.exclusively(kind, cut, () => {
          cut.cut();
          return Promise.resolve();
        });
      }
      case "stall wire":
      case "stall signals": {
        const stalled = kind === "stall wire" ? wire : signals;
        return this.exclusively(kind, stalled, async () => {
          stalled.stall();
          await delay(lastsMs);
          stalled.resume();
        });
      }
      case "slow wire":
      case "slow signals": {
        const slowed = kind === "slow wire" ? wire : signals;
        return this.exclusively(kind, slowed, async () => {
          slowed.slowDown(SLOW_BYTES_PER_SECOND, SLOW_DELAY_MS);
          await delay(lastsMs);
          slowed.slowDown(Infinity);
        });
      }
      case "rubbish": {
        const ports = [this.registryPort, ...this.devices.map(({ wire, port }) => wire?.port ?? port)];
        const port = ports[index % ports.length] ?? this.registryPort;
        this.count(kind, await throwRubbish(port, new Random(seed)));
      }
    }
  }

  async close(): Promise<void> {
    const processes = [...this.subscribers, ...this.devices].map(({ process }) => process);
    await Promise.all([...processes, this.registry].map((process) => process.kill()));
    for (const { wire, signals } of this.devices) {
      await wire?.close();
      await signals?.close();
    }
  }

  private async exclusively(kind: string, target: object, work: () => Promise<unknown>): Promise<void> {
    if (this.busy.has(target)) return;
    this.busy.add(target);
    this.count(kind, 1);
    try {
      await work();
    } finally {
      this.busy.delete(target);
    }
  }

  private count(kind: string, times: number): void {
    this.done.set(kind, (this.done.get(kind) ?? 0) + times);
  }
}

async function startDevice(device: ChaosDeviceProcess): Promise<void> {
  const url = await device.process.start();
  device.port = Number(new URL(url).port);
  device.wire?.lead({ host: BEHIND_WIRES, port: device.port });
}

async function killFor(process: ChaosProcess, lastsMs: number, start: () => Promise<unknown>): Promise<void> {
  await process.kill();
  await delay(lastsMs);
  await start();
}

async function pauseFor(process: ChaosProcess, lastsMs: number): Promise<void> {
  const resume = process.pause();
  await delay(lastsMs);
  resume();
}
