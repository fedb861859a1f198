import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../support/free-port";
import { NatsServer } from "../../support/nats-server";
import { TcpProxy } from "../../support/tcp-proxy";
import { ChaosProcess } from "../chaos-process";
import { Disturbances, killFor, pauseFor } from "../disturbances";
import { type Witness } from "../examine";
import { Journal } from "../journal";
import { type DeviceAccess } from "../rig-keys";
import { type NatsDisturbance } from "./plan";

/** Who shows no life at the other end of a link is lost to a NATS server after two of these (PING). */
const PING = "ping_interval: 1s, ping_max: 2";

/** The programs of a rig, compiled. */
export interface RigPrograms {
  readonly device: string;
  readonly client: string;
}

/** A NATS server that can be killed, and comes back at the same port. */
class RestartedServer {
  private constructor(private running: NatsServer) {}

  static async start(config: string): Promise<RestartedServer> {
    return new RestartedServer(await NatsServer.start({ config }));
  }

  get url(): string {
    return this.running.url;
  }

  async killFor(lastsMs: number): Promise<void> {
    await this.close();
    await delay(lastsMs);
    this.running = await this.running.restarted();
  }

  /** At once, as a kill. */
  close(): Promise<void> {
    return this.running.close();
  }
}

/** A hub and its leaf with a wire between them, and at each a device and a client that uses both devices. */
export class NatsRig {
  readonly others: readonly ChaosProcess[] = [];
  private readonly disturbances = new Disturbances();

  private constructor(
    private readonly hub: RestartedServer,
    private readonly link: TcpProxy,
    private readonly leaf: RestartedServer,
    readonly devices: readonly Witness[],
    readonly clients: readonly Witness[],
  ) {}

  /** How often each disturbance was carried out. */
  get done(): ReadonlyMap<string, number> {
    return this.disturbances.done;
  }

  get subscribers(): readonly Witness[] {
    return this.clients;
  }

  /** @param folder - For the journals. */
  static async start(programs: RigPrograms, folder: string, seed: number): Promise<NatsRig> {
    const leafPort = await freePort();
    // Without `no_advertise` the leaf would come to know of the way around the wire.
    const hub = await RestartedServer.start(
      `server_name: hub, ${PING}, leafnodes { listen: "127.0.0.1:${leafPort}", no_advertise: true }`,
    );
    const link = await TcpProxy.open({ host: "127.0.0.1", port: leafPort });
    const leaf = await RestartedServer.start(
      `server_name: leaf, ${PING}, leafnodes { reconnect: 1, remotes: [ { url: "nats-leaf://127.0.0.1:${link.port}" } ] }`,
    );
    const ends = [
      ["hub", hub],
      ["leaf", leaf],
    ] as const;
    const witness = (name: string, program: string, argsFor: (journal: string) => string[]): Witness => {
      const file = join(folder, `${name}.jsonl`);
      const process = new ChaosProcess(name, program, [name, ...argsFor(file)]);
      return { process, journal: new Journal(file) };
    };
    const devices = ends.map(([end, { url }]) => {
      const name = `${end}-device`;
      return witness(name, programs.device, (journal) => [`${url}/rig/${name}`, journal]);
    });
    const clients = ends.map(([end, { url }], index) => {
      const name = `${end}-client`;
      const access = join(folder, `${name}.access.json`);
      const reached = devices.map(({ process }): [string, DeviceAccess] => [
        process.name,
        { url: `${url}/rig/${process.name}`, security: "plain", local: false },
      ]);
      writeFileSync(access, JSON.stringify(Object.fromEntries(reached)));
      return witness(name, programs.client, (journal) => ["", journal, access, String(seed + 1_000 * index)]);
    });
    const rig = new NatsRig(hub, link, leaf, devices, clients);
    try {
      await Promise.all(devices.map(({ process }) => process.start()));
      await Promise.all(clients.map(({ process }) => process.start()));
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** Does it, if its target is not in trouble already, and mends it. */
  disturb({ kind, lastsMs, index }: NatsDisturbance): Promise<void> {
    const device = partAt(this.devices, index);
    const client = partAt(this.clients, index);
    const once = (target: object, work: () => Promise<unknown>) =>
      this.disturbances.exclusively(kind, target, work);
    switch (kind) {
      case "kill hub":
        return once(this.hub, () => this.hub.killFor(lastsMs));
      case "kill leaf":
        return once(this.leaf, () => this.leaf.killFor(lastsMs));
      case "cut link":
        return once(this.link, () => this.carryNothing(() => this.link.sever(), lastsMs));
      case "stall link":
        return once(this.link, () => this.carryNothing(() => this.link.stall(), lastsMs));
      case "stop device":
        return once(device, () => pauseFor(device, lastsMs));
      case "kill device":
        return once(device, () => killFor(device, lastsMs, () => device.start()));
      case "stop client":
        return once(client, () => pauseFor(client, lastsMs));
      case "kill client":
        return once(client, () => killFor(client, lastsMs, () => client.start()));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients, ...this.devices].map(({ process }) => process.kill()));
    await this.leaf.close();
    await this.link.close();
    await this.hub.close();
  }

  private async carryNothing(begin: () => void, lastsMs: number): Promise<void> {
    begin();
    await delay(lastsMs);
    this.link.resume();
  }
}

function partAt(parts: readonly Witness[], index: number): ChaosProcess {
  const part = parts[index % parts.length];
  if (part === undefined) throw new Error("a rig has at least one of each part");
  return part.process;
}
