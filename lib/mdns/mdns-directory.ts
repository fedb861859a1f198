import { map, type Observable, pairwise, mergeMap, share } from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
  matches,
} from "../discovery/device-directory";
import { DeviceUnavailableError } from "../errors";
import { defaultLogger } from "../log/logger";
import { pause } from "../time/pause";
import { type FoundService } from "./known-services";
import { type MdnsOptions } from "./mdns-options";
import { type MulticastNetwork } from "./multicast-network";
import { reachableUrl } from "./reachable-url";
import { ServiceBrowser } from "./service-browser";
import { descriptionOf } from "./service-description";
import { RIGWIRE_SERVICE, typeDomain } from "./service-names";

/** Whoever is there has answered after this time, in milliseconds. */
export const ANSWERED_WITHIN_MS = 750;

/** How often a search looks whether an answer has come, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** How devices are found by mDNS. */
export interface MdnsDirectoryOptions extends Pick<MdnsOptions, "serviceTypes" | "logger"> {
  /** How long the first searches wait for answers, in milliseconds. Default 750. */
  readonly answeredWithinMs?: number;
}

/** The devices that anybody in this computer's networks announces by mDNS. */
export class MdnsDirectory implements DeviceDirectory {
  /** Devices as they come and go. */
  readonly changes$: Observable<DeviceEvent>;
  private readonly browser: ServiceBrowser;
  private readonly answeredWithinMs: number;
  /** What was made of the services the last time. */
  private latest: { readonly services: readonly FoundService[]; readonly devices: readonly DeviceRecord[] } =
    {
      services: [],
      devices: [],
    };
  /** The type of devices by the domain name of the service type. */
  private readonly deviceTypes: ReadonlyMap<string, string>;

  /** Begins to listen at once. */
  constructor(
    private readonly network: MulticastNetwork,
    {
      serviceTypes = {},
      logger = defaultLogger(),
      answeredWithinMs = ANSWERED_WITHIN_MS,
    }: MdnsDirectoryOptions = {},
  ) {
    this.answeredWithinMs = answeredWithinMs;
    this.deviceTypes = new Map(
      Object.entries(serviceTypes).map(([service, type]) => [typeDomain(service), type]),
    );
    this.browser = new ServiceBrowser(
      network,
      [typeDomain(RIGWIRE_SERVICE), ...this.deviceTypes.keys()],
      logger,
    );
    this.changes$ = this.browser.services$.pipe(
      map((services) => this.devicesOf(services)),
      pairwise(),
      mergeMap(([before, after]) => differences(before, after)),
      share(),
    );
  }

  get problem(): string | undefined {
    return this.network.problem;
  }

  /**
   * A device that is asked for by name is given as soon as it answers; everything else when all may have answered.
   *
   * @throws {@link DeviceUnavailableError} - Nothing is found, and no interface works; the message has the cure.
   */
  async find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    const remainingMs = () => this.answeredWithinMs - this.browser.ageMs;
    while (remainingMs() > 0) {
      const found = this.matching(query);
      if (query.name !== undefined && found.length > 0) return found;
      await pause(Math.min(LOOK_EVERY_MS, remainingMs()));
    }
    const found = this.matching(query);
    if (found.length > 0) return found;
    if (this.problem !== undefined) throw new DeviceUnavailableError(this.problem);
    this.browser.refresh();
    return found;
  }

  /** Idempotent. */
  close(): void {
    this.browser.close();
  }

  private matching(query: DeviceQuery): readonly DeviceRecord[] {
    return this.devicesOf(this.browser.services).filter((device) => matches(device, query));
  }

  /** A device that is announced under several types is one. */
  private devicesOf(services: readonly FoundService[]): readonly DeviceRecord[] {
    if (services === this.latest.services) return this.latest.devices;
    const found = services.flatMap((service) => this.deviceOf(service) ?? []);
    const devices = [...new Map(found.map((device) => [keyOf(device), device])).values()];
    this.latest = { services, devices };
    return devices;
  }

  private deviceOf(service: FoundService): DeviceRecord | undefined {
    const url = reachableUrl(service);
    if (url === undefined) return undefined;
    const mapped = this.deviceTypes.get(service.type);
    const description = descriptionOf(service);
    if (description?.role === "registry" || (mapped === undefined && description === undefined))
      return undefined;
    const { name = "", type = "" } = description ?? {};
    return { name: name === "" ? service.label : name, type: type === "" ? (mapped ?? "") : type, url };
  }
}

function keyOf({ name, type, url }: DeviceRecord): string {
  return JSON.stringify([name, type, url]);
}

function differences(
  before: readonly DeviceRecord[],
  after: readonly DeviceRecord[],
): readonly DeviceEvent[] {
  const [was, is] = [
    new Map(before.map((each) => [keyOf(each), each])),
    new Map(after.map((each) => [keyOf(each), each])),
  ];
  return [
    ...[...was].flatMap(([key, device]) => (is.has(key) ? [] : { kind: "removed" as const, device })),
    ...[...is].flatMap(([key, device]) => (was.has(key) ? [] : { kind: "added" as const, device })),
  ];
}
