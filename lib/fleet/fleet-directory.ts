import { Observable, race, share, Subject } from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
  matches,
} from "../discovery/device-directory";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { formatNatsUrl } from "../nats/nats-url";
import { platform } from "../platform/current";
import { ANSWER_WITHIN_MS, askFleet } from "./ask-fleet";
import { type FleetLink } from "./fleet-link";
import { fleetName, parseFleetName } from "./fleet-name";
import { type FleetQuestion } from "./fleet-subjects";
import { type FleetDevice } from "./fleet-table";
import { FleetWatch } from "./fleet-watch";

/**
 * A watch goes on for this time when nobody watches any more, in milliseconds: whoever waits for a device looks again
 * and again, and each watch begins with a list of the whole fleet.
 */
const KEPT_MS = 5_000;

/** A broker is reached within this time, in milliseconds; then come its answers. */
const REACHED_MS = 1_000;

/** What a {@link FleetDirectory} goes by. */
export interface FleetDirectoryOptions {
  /** The servers of the broker, as the URLs of devices name them. */
  readonly servers: readonly string[];
  /** The site that is meant by a name without one. Left out: any. */
  readonly homeSite?: string | undefined;
  /** The only site whose devices are listed. Left out: every one. */
  readonly onlySite?: string | undefined;
}

/** A device of a fleet, as a directory knows it. */
export interface FleetRecord extends DeviceRecord {
  readonly site: string;
  /** Another one at every start of the device. */
  readonly instance: string;
  /** All addresses at which it is served; `url` is the first. */
  readonly urls: readonly string[];
  /** Whether another program brings it to the fleet. */
  readonly isBridged: boolean;
}

/**
 * The devices of all sites of a fleet. Each is called `SITE/NAME`; `NAME` alone is one of the own site. While changes are
 * watched all devices are known here; else those that are asked for are asked for at the broker.
 */
export class FleetDirectory implements DeviceDirectory {
  /** Devices as they come and go, over outages of the broker. A process that falls silent is lost within five seconds. */
  readonly changes$: Observable<DeviceEvent>;
  /** A list of many devices comes from many processes. */
  readonly listsWithinMs = REACHED_MS + ANSWER_WITHIN_MS;
  private readonly closed = new Subject<void>();
  private watch: FleetWatch | undefined;
  /** Resolves when the watch that begins knows the devices that are there. */
  private watching: Promise<void> | undefined;
  private readonly log: BurstLog;

  constructor(
    private readonly link: FleetLink,
    private readonly options: FleetDirectoryOptions,
    logger: Logger,
  ) {
    this.log = new BurstLog(logger);
    this.changes$ = new Observable<DeviceEvent>((subscriber) => {
      const tell = (kind: DeviceEvent["kind"]) => (device: FleetDevice) =>
        subscriber.next({ kind, device: this.recordOf(device) });
      const observer = { added: tell("added"), removed: tell("removed") };
      this.watching = link.reached().then((broker) => {
        if (broker === undefined || subscriber.closed) return;
        this.watch = new FleetWatch(broker, options.onlySite, observer, logger);
        return this.watch.ready;
      });
      return () => {
        this.watch?.close();
        this.watch = this.watching = undefined;
      };
    }).pipe(share({ resetOnRefCountZero: () => race(this.closed, after(KEPT_MS)) }));
  }

  /** Keeps no watch any longer than somebody watches. Idempotent. */
  close(): void {
    this.closed.next();
  }

  get problem(): string | undefined {
    return this.link.problem;
  }

  /**
   * @throws DeviceUnavailableError if the broker cannot be reached; AuthenticationError if it lets this program not in.
   */
  async find(query: DeviceQuery): Promise<readonly FleetRecord[]> {
    const { name, ...rest } = query;
    const isCalled = name === undefined ? () => true : this.isCalled(name);
    const isAsked = (device: FleetDevice) =>
      (rest.type === undefined || device.device.type === rest.type) && isCalled(device);
    // Who watches and lists has every later change told; one device is found sooner by itself.
    if (name === undefined && rest.type === undefined && this.watching !== undefined) {
      await this.link.reach();
      await this.watching;
    }
    const records: FleetRecord[] = [];
    const take = (device: FleetDevice) => {
      // A record costs far more than a look, and whoever looks for one device looks at ten thousand.
      if (!isAsked(device)) return;
      const record = this.recordOf(device);
      if (matches(record, rest)) records.push(record);
    };
    if (this.watch?.isUpToDate === true && this.covers(name)) {
      for (const device of this.watch.devices) take(device);
      return records;
    }
    const broker = await this.link.reach();
    await askFleet(
      broker,
      this.questionFor(name, rest.type),
      ({ site: of, announcer, devices }) => {
        for (const device of devices) take({ site: of, announcer, device });
      },
      this.log,
    );
    return records;
  }

  /** Whether what is watched has all devices of such a name. */
  private covers(name: string | undefined): boolean {
    const { onlySite } = this.options;
    return onlySite === undefined || name === undefined || this.siteOf(name) === onlySite;
  }

  private questionFor(
    name: string | undefined,
    type: string | undefined,
  ): readonly [question: FleetQuestion, site: string | undefined] {
    if (name !== undefined) {
      return [{ kind: "name", name: parseFleetName(name).name }, this.siteOf(name)];
    }
    const { onlySite } = this.options;
    return type === undefined ? [{ kind: "list" }, onlySite] : [{ kind: "type", type }, onlySite];
  }

  private siteOf(name: string): string | undefined {
    return parseFleetName(name).site ?? this.options.homeSite;
  }

  /** Whether a device has a name, which may be short. */
  private isCalled(text: string): (device: FleetDevice) => boolean {
    const { name } = parseFleetName(text);
    const site = this.siteOf(text);
    return ({ site: of, device }) => device.name === name && (site === undefined || of === site);
  }

  private recordOf({ site, device }: FleetDevice): FleetRecord {
    const { name, ownName, type, instance, atBroker, isBridged } = device;
    const { servers } = this.options;
    const urls = [
      // The broker is the one by which this program is here, whatever it is called elsewhere.
      ...(atBroker === undefined ? [] : [formatNatsUrl({ servers, path: atBroker })]),
      ...device.urls,
    ];
    return {
      name: fleetName(site, name),
      type,
      url: urls[0] ?? "",
      ownName,
      site,
      instance,
      urls,
      isBridged,
    };
  }
}

/** Emits once; keeps no process from ending. */
function after(ms: number): Observable<void> {
  return new Observable<void>((subscriber) => {
    const timer = setTimeout(() => subscriber.next(), ms);
    platform().unref(timer);
    return () => clearTimeout(timer);
  });
}
