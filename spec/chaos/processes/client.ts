import { connect, RegistryModule, type Remote, RigApp } from "rigwire";
import { ChaosDevice } from "../chaos-device";
import { Journal } from "../journal";
import { quiet } from "../quiet-logger";
import { readAccess, readSecurity } from "../rig-keys";
import { Child } from "./child";
import { type HeardDevice, type Self } from "./heard-device";

const HEARTBEAT_MS = 1_000;
const SUBSCRIBED_WITHIN_MS = 10_000;

/**
 * What every process that uses devices has: an app with the keys that it was given, or the addresses of the devices, and
 * the end of the run.
 */
export class ClientProcess implements Self {
  readonly name: string;
  readonly journal: Journal;
  readonly seed: number;
  /** Nothing where it has the devices' addresses. */
  private readonly registry: string;
  private readonly keys: string;
  private readonly devices: readonly string[];
  private ids = 0;

  constructor() {
    const [, , name = "", registry = "", file = "", keys = "", seed = "0", ...devices] = process.argv;
    this.name = name;
    this.registry = registry;
    this.journal = new Journal(file);
    this.keys = keys;
    this.seed = Number(seed);
    this.devices = devices;
  }

  newId(): string {
    return `${this.name}/${process.pid}/${++this.ids}`;
  }

  /**
   * @param hear - Makes what hears of one device.
   * @param options - Of the clients of the devices.
   */
  async start<Heard extends HeardDevice>(
    hear: (name: string, remote: Remote<ChaosDevice>, self: Self) => Heard,
    options: { readonly signalHighWaterMark?: number } = {},
  ): Promise<Heard[]> {
    if (this.registry === "") {
      return Object.entries(readAccess(this.keys)).map(([name, { url, ...access }]) => {
        const own = { name, logger: quiet, heartbeatMs: HEARTBEAT_MS };
        return hear(name, connect(ChaosDevice, url, { ...own, ...options, ...access }), this);
      });
    }
    const app = new RigApp({
      logger: quiet,
      clients: { heartbeatMs: HEARTBEAT_MS, ...options },
      security: readSecurity(this.keys),
    }).use(RegistryModule.connect(this.registry, { heartbeatMs: HEARTBEAT_MS }));
    await app.start();
    return this.devices.map((device) => hear(device, app.client(ChaosDevice, device), this));
  }

  /**
   * Tells that it is ready, and answers what the main process asks from then on.
   *
   * @param rest - Ends what this process does by itself.
   */
  ready(heard: readonly HeardDevice[], rest: () => Promise<void> | void): void {
    const child = new Child(async (message) => {
      await rest();
      if (message.kind === "finish") {
        // One that was started a moment ago must have subscribed before there can be a last tick for it.
        await Promise.all(heard.map((device) => device.settled(undefined, SUBSCRIBED_WITHIN_MS)));
        child.tell({ kind: "finished" });
        return;
      }
      const { lastTicks, withinMs } = message;
      const settled = await Promise.all(
        heard.map((device) => device.settled(lastTicks[device.name], withinMs)),
      );
      child.tell({
        kind: "settled",
        missing: settled.filter((each) => each !== undefined),
        signals: {
          received: heard.reduce((sum, { signals }) => sum + signals.received, 0),
          missed: heard.reduce((sum, { signals }) => sum + signals.missed, 0),
        },
        connections: {
          all: heard.reduce((sum, { connections }) => sum + connections.all, 0),
          local: heard.reduce((sum, { connections }) => sum + connections.local, 0),
        },
      });
    });
    child.tell({ kind: "ready", url: "" });
  }
}
