import { BehaviorSubject } from "rxjs";
import { type GatewayAccess, type GatewayDevice } from "../../gateway/gateway-contract";
import { decodeAccess, decodeDevices } from "./decode-devices";
import { Device } from "./device";
import { EventLog } from "./event-log";
import { type PropertyValues } from "./property-values";

/** What stands behind the gateway. */
export class Rig {
  readonly log = new EventLog();
  /** As the gateway says, by name. */
  readonly listed$ = new BehaviorSubject<readonly GatewayDevice[]>([]);
  readonly access$ = new BehaviorSubject<GatewayAccess | undefined>(undefined);
  /** The gateway itself. */
  readonly gateway: Device;
  private readonly devices = new Map<string, Device>();

  /** @param origin - Where the page came from, as `ws:` or `wss:`. */
  constructor(private readonly origin: string) {
    this.gateway = new Device("gateway", `${origin}/gateway`, this.log);
    this.follow(this.gateway.values);
  }

  /** A device by its name; it is connected to from the first time on. */
  device(name: string): Device {
    const known =
      this.devices.get(name) ??
      new Device(name, `${this.origin}/devices/${encodeURIComponent(name)}`, this.log);
    this.devices.set(name, known);
    return known;
  }

  /** Stops everything that can be stopped. */
  stopAll(): void {
    for (const device of this.devices.values()) if (device.isPresent && device.canStop) device.stop();
  }

  private follow(values: PropertyValues): void {
    const about = { schema: {}, readonly: true, isMain: false, description: undefined };
    values.watch({ ...about, member: "devices", wireName: "devices", isLive: true });
    values.watch({ ...about, member: "access", wireName: "access", isLive: false });
    values.of("devices").subscribe(({ value }) => this.list(decodeDevices(value)));
    values.of("access").subscribe(({ value }) => this.access$.next(decodeAccess(value)));
  }

  /** A device that is listed no more is given up; one that is lost stays in the list for as long as the gateway likes. */
  private list(devices: readonly GatewayDevice[]): void {
    const names = new Set(devices.map(({ name }) => name));
    for (const [name, device] of this.devices) {
      if (names.has(name)) continue;
      this.devices.delete(name);
      device.close();
    }
    for (const name of names) this.device(name);
    this.listed$.next([...devices].sort((a, b) => a.name.localeCompare(b.name)));
  }
}
