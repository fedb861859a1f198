import { BehaviorSubject, filter, firstValueFrom, race, timer } from "rxjs";
import { type GatewayAccess, type GatewayDevice } from "../../gateway/gateway-contract";
import { decodeAccess, decodeDevices } from "./decode-devices";
import { Device } from "./device";
import { EventLog } from "./event-log";
import { isLoggedOut } from "./login";
import { type Presence } from "./presence";
import { type PropertyValues } from "./property-values";

/** So many devices that are gone are remembered. */
const MOST_CLOSED = 20;

/** How often it is asked, while the gateway is away, whether the session is over, in milliseconds. */
const ASK_LOGIN_MS = 2_000;

/** What stands behind the gateway. */
export class Rig {
  readonly log = new EventLog();
  /** As the gateway says, by name. */
  readonly listed$ = new BehaviorSubject<readonly GatewayDevice[]>([]);
  readonly access$ = new BehaviorSubject<GatewayAccess | undefined>(undefined);
  /** Whether the session of this browser has ended: nothing connects any more, until somebody logs in again. */
  readonly isLoggedOut$ = new BehaviorSubject(false);
  /** The gateway itself. */
  readonly gateway: Device;
  private readonly devices = new Map<string, Device>();

  /** @param origin - Where the page came from, as `ws:` or `wss:`. */
  constructor(private readonly origin: string) {
    this.gateway = new Device("gateway", `${origin}/gateway`, this.log);
    this.follow(this.gateway.values);
    void this.watchSession();
  }

  /** Whether devices may be changed from here; until the gateway has said so, it is left to it. */
  get mayControl(): boolean {
    return this.access$.value !== "read";
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
    if (!this.mayControl) return;
    for (const device of this.devices.values()) if (device.isPresent && device.canStop) device.stop();
  }

  private follow(values: PropertyValues): void {
    const about = { schema: {}, readonly: true, isMain: false, description: undefined };
    values.watch({ ...about, member: "devices", wireName: "devices", isLive: true });
    values.watch({ ...about, member: "access", wireName: "access", isLive: false });
    values.of("devices").subscribe(({ value }) => this.list(decodeDevices(value)));
    values.of("access").subscribe(({ value }) => this.access$.next(decodeAccess(value)));
  }

  /** A gateway that is away may have ended the session, or does not know it since it started anew. */
  private async watchSession(): Promise<void> {
    const { presence$ } = this.gateway;
    while (!this.isLoggedOut$.value) {
      await firstValueFrom(presence$.pipe(filter(isAway)));
      if (await isLoggedOut(AbortSignal.timeout(ASK_LOGIN_MS))) this.logOut();
      else await firstValueFrom(race(timer(ASK_LOGIN_MS), presence$.pipe(filter((now) => !isAway(now)))));
    }
  }

  private logOut(): void {
    for (const device of [this.gateway, ...this.devices.values()]) device.close("the session has ended");
    this.log.add({ kind: "lost", device: this.gateway.name, text: "the session has ended" });
    this.isLoggedOut$.next(true);
  }

  /**
   * A device that is listed no more is given up, and stays as it was for whoever looks at it; one that is lost stays in
   * the list for as long as the gateway likes.
   */
  private list(devices: readonly GatewayDevice[]): void {
    const names = new Set(devices.map(({ name }) => name));
    const unlisted = [...this.devices.values()].filter(({ name }) => !names.has(name));
    for (const device of unlisted) if (this.wasListed(device)) device.close(NOT_LISTED);
    for (const { name } of unlisted.filter(({ isClosed }) => isClosed).slice(0, -MOST_CLOSED)) {
      this.devices.delete(name);
    }
    for (const name of names) {
      if (this.devices.get(name)?.isClosed === true) this.devices.delete(name);
      this.device(name);
    }
    this.listed$.next([...devices].sort((a, b) => a.name.localeCompare(b.name)));
  }

  /** One that the gateway never listed may be on its way: its address was opened directly. */
  private wasListed({ name }: Device): boolean {
    return this.listed$.value.some((listed) => listed.name === name);
  }
}

const NOT_LISTED = "the console does not list it any more";

/** One that is connected to for the first time is no news, until that failed. */
function isAway(presence: Presence): boolean {
  return presence.kind === "lost" || (presence.kind === "connecting" && presence.problem !== undefined);
}
