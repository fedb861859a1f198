import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TcpProxy } from "../support/tcp-proxy";
import { freePort } from "../support/free-port";
import { ChaosProcess } from "./chaos-process";
import { DeviceRoads, ROADS } from "./device-roads";
import { Disturbances, killFor, pauseFor } from "./disturbances";
import { type Witness } from "./examine";
import { Journal } from "./journal";
import { type Disturbance, type WireDisturbance } from "./plan";
import { Random } from "./random";
import { RigKeys } from "./rig-keys";
import { throwRubbish } from "./rubbish";

const DEVICES = 4;

/** Clients that find the devices in the registry. For each of the other roads there is one more. */
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

interface ChaosDeviceProcess extends Witness {
  /** Half of the devices are reached through a wire at one address; the others have a new address at each start. */
  readonly wire: TcpProxy | undefined;
  /** A wire of their own for the signals of such a device. */
  readonly signals: TcpProxy | undefined;
  /** The other addresses, at which there are wires before those devices as well. */
  readonly roads: DeviceRoads;
  port: number;
}

/** Devices, clients and a registry in processes of their own, and what is done to them. */
export class Rig {
  private readonly disturbances = new Disturbances();

  private constructor(
    readonly registry: ChaosProcess,
    private readonly registryPort: number,
    readonly devices: readonly ChaosDeviceProcess[],
    readonly clients: readonly Witness[],
    /** It only hears, and is slower than what it hears: nothing else is done to it. */
    readonly slowSubscriber: Witness,
  ) {}

  /** How often each disturbance was carried out. */
  get done(): ReadonlyMap<string, number> {
    return this.disturbances.done;
  }

  /** Everybody who hears of devices. */
  get subscribers(): readonly Witness[] {
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
        const roads = await DeviceRoads.open(folder, name, isWired);
        const args = [name, registryUrl, file, keys.ofDevice(name)];
        if (wire === undefined) args.push("", "tcp://127.0.0.1", "");
        else args.push(wire.url, `tcp://${BEHIND_WIRES}`, String(signalPort));
        args.push(keys.tokens, ...Object.values(roads.served));
        const process = new ChaosProcess(name, "device-process", args);
        return { process, journal: new Journal(file), wire, signals, roads, port: 0 };
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
    const ofRoads = ROADS.map((road) => {
      const urls = new Map(
        devices.flatMap(({ process, roads }): [string, string][] => {
          const address = roads.addresses[road];
          return address === undefined ? [] : [[process.name, address]];
        }),
      );
      const name = `${road}-client`;
      const file = join(folder, `${name}.jsonl`);
      const args = [name, "", file, keys.ofRoad(road, urls), String(seed)];
      return { process: new ChaosProcess(name, "client-process", args), journal: new Journal(file) };
    });
    const slow = client("slow-subscriber", "slow-subscriber-process", seed, true);
    const rig = new Rig(registry, registryPort, devices, [...ofRoads, ...clients], slow);
    await registry.start();
    await Promise.all(devices.map((device) => startDevice(device)));
    await Promise.all(rig.subscribers.map(({ process }) => process.start()));
    return rig;
  }

  /**
   * Does it, if its target is not in trouble already, and mends it. The last device and the last client are never
   * killed: their memory is watched from the beginning to the end.
   */
  async disturb(disturbance: Disturbance): Promise<void> {
    const { kind, lastsMs, index, seed } = disturbance;
    const device = this.devices[index % this.devices.length];
    const client = this.clients[index % this.clients.length];
    if (device === undefined || client === undefined) return;
    switch (kind) {
      case "kill device":
        return this.disturbances.exclusively(kind, device, () =>
          killFor(device.process, lastsMs, () => startDevice(device)),
        );
      case "close device":
        return this.disturbances.exclusively(kind, device, async () => {
          if (device === this.devices.at(-1)) return;
          await device.process.end();
          await delay(lastsMs);
          await startDevice(device);
        });
      case "stop device":
        return this.disturbances.exclusively(kind, device, () => pauseFor(device.process, lastsMs));
      case "kill client":
        if (client === this.clients.at(-1)) return;
        return this.disturbances.exclusively(kind, client, () =>
          killFor(client.process, lastsMs, () => client.process.start()),
        );
      case "stop client":
        return this.disturbances.exclusively(kind, client, () => pauseFor(client.process, lastsMs));
      case "kill registry":
        return this.disturbances.exclusively(kind, this.registry, () =>
          killFor(this.registry, lastsMs, () => this.registry.start()),
        );
      case "rubbish": {
        const ports = [
          this.registryPort,
          ...this.devices.map(({ wire, port }) => wire?.port ?? port),
          ...this.devices.map(({ roads }) => roads.webSocketPort),
        ];
        const port = ports[index % ports.length] ?? this.registryPort;
        this.disturbances.count(kind, await throwRubbish(port, new Random(seed)));
        return;
      }
      default:
        return this.disturbWire(kind, lastsMs, index);
    }
  }

  private async disturbWire(kind: WireDisturbance, lastsMs: number, index: number): Promise<void> {
    const wires = this.wiresFor(kind);
    const wire = wires[index % wires.length];
    if (wire === undefined) return;
    return this.disturbances.exclusively(kind, wire, async () => {
      if (kind.startsWith("cut")) {
        wire.cut();
      } else if (kind.startsWith("stall")) {
        wire.stall();
        await delay(lastsMs);
        wire.resume();
      } else {
        wire.slowDown(SLOW_BYTES_PER_SECOND, SLOW_DELAY_MS);
        await delay(lastsMs);
        wire.slowDown(Infinity);
      }
    });
  }

  private wiresFor(kind: WireDisturbance): TcpProxy[] {
    return this.devices.flatMap(({ wire, signals, roads }) => {
      if (kind === "cut road") return roads.cuttable;
      if (kind.endsWith("road")) return roads.wires;
      return (kind.endsWith("signals") ? signals : wire) ?? [];
    });
  }

  /** What neither serves nor calls. */
  get others(): readonly ChaosProcess[] {
    return [this.registry];
  }

  async close(): Promise<void> {
    const processes = [...this.subscribers, ...this.devices].map(({ process }) => process);
    await Promise.all([...processes, this.registry].map((process) => process.kill()));
    for (const { wire, signals, roads } of this.devices) {
      await wire?.close();
      await signals?.close();
      await roads.close();
    }
  }
}

async function startDevice(device: ChaosDeviceProcess): Promise<void> {
  const url = await device.process.start();
  device.port = Number(new URL(url).port);
  device.wire?.lead({ host: BEHIND_WIRES, port: device.port });
}
