import { catchError, EMPTY, type Subscription } from "rxjs";
import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { AddressError, messageOf } from "../errors";
import { Fleet } from "../fleet/fleet";
import { type PassageOptions } from "../gateway/device-passage";
import { BurstLog } from "../log/burst-log";
import { defaultLogger } from "../log/logger";
import { parseNatsUrl } from "../nats/nats-url";
import { pause } from "../time/pause";
import { BridgedDevice } from "./bridged-device";
import { type BridgeEvent, type BridgeOptions } from "./bridge-options";

/** How often a directory is asked what there is, in milliseconds: not every one tells changes. */
const LOOK_EVERY_MS = 1_000;

const READ_ONLY_CURE = "Start it with rigwire bridge without --read-only";

/** Brings the devices of a directory to a site of a fleet, over one connection to each, without touching a device. */
export class FleetBridge {
  private readonly devices = new Map<string, BridgedDevice>();
  private readonly ending = new AbortController();
  private readonly fleet: Fleet;
  private readonly site: string;
  private readonly passage: PassageOptions;
  private readonly log: BurstLog;
  private readonly changes: Subscription;
  private readonly running: Promise<void>;
  private waking: AbortController | undefined;
  private closing: Promise<void> | undefined;

  /**
   * @param directory - Where the devices are found; it is not closed with the bridge. Originals among them, and what an
   *   RPyC registry lists.
   * @param to - The fleet and the site: `nats://HOST[:PORT][,HOST[:PORT]…]/SITE`.
   * @param tell - Gets what comes and goes.
   * @throws AddressError if `to` is none.
   */
  constructor(
    private readonly directory: DeviceDirectory,
    to: string,
    private readonly options: BridgeOptions = {},
    private readonly tell: (event: BridgeEvent) => void = () => undefined,
  ) {
    const { access = "control", nats, connection = () => ({}), logger = defaultLogger() } = options;
    this.log = new BurstLog(logger);
    this.fleet = new Fleet(to, { logger, ...(nats !== undefined && { nats }) });
    const { site } = this.fleet;
    if (site === undefined) {
      throw new AddressError(`"${to}" names no site: expected nats://HOST[:PORT]/SITE`);
    }
    this.site = site;
    this.passage = {
      directory,
      connection,
      access,
      readOnlyCure: READ_ONLY_CURE,
      isBridge: true,
      endpoint: {},
      logger,
    };
    this.changes = directory.changes$.pipe(catchError(() => EMPTY)).subscribe(() => this.waking?.abort());
    this.running = this.run();
  }

  /** Takes all devices out of the fleet. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.look();
      this.waking = new AbortController();
      await pause(LOOK_EVERY_MS, { signal: AbortSignal.any([signal, this.waking.signal]), ref: false });
    }
  }

  private async look(): Promise<void> {
    let found: readonly DeviceRecord[];
    try {
      found = await this.directory.find({});
    } catch (error) {
      // Those that are connected stay: a registry that is away takes no device with it.
      this.log.warn({ err: error }, `the devices cannot be listed: ${messageOf(error)}`, "list");
      return;
    }
    if (this.ending.signal.aborted) return;
    const listed = new Map<string, string>();
    const places = new Set<string>();
    for (const record of found) {
      // An RPyC registry has a device by its name and by its type: one connection each.
      if (places.has(record.url) || !this.isToBring(record)) continue;
      places.add(record.url);
      listed.set(record.name === "" ? record.type : record.name, record.url);
    }
    for (const [name, device] of this.devices) if (!listed.has(name)) this.drop(name, device);
    for (const name of listed.keys()) if (!this.devices.has(name)) this.bring(name);
  }

  private bring(name: string): void {
    const { fleet, site, passage, tell } = this;
    const { nats, logger = defaultLogger() } = this.options;
    this.devices.set(name, new BridgedDevice(name, { fleet, site, passage, nats, tell, logger }));
  }

  private drop(name: string, device: BridgedDevice): void {
    this.devices.delete(name);
    void device.close();
  }

  /** What is at this broker already, or was brought by somebody, would go round. */
  private isToBring(record: DeviceRecord): boolean {
    const isBridged = "isBridged" in record && record.isBridged === true;
    if (!isBridged && !isAtBroker(record.url, this.fleet.servers)) return true;
    this.log.warn(
      { device: record.name, url: record.url },
      `${record.name} is in a fleet already: it is not brought any further`,
      "loop",
    );
    return false;
  }

  private async end(): Promise<void> {
    this.ending.abort();
    this.changes.unsubscribe();
    await this.running;
    await Promise.all([...this.devices.values()].map((device) => device.close()));
    await this.fleet.close();
  }
}

function isAtBroker(url: string, servers: readonly string[]): boolean {
  if (!url.startsWith("nats://")) return false;
  try {
    return parseNatsUrl(url).servers.some((server) => servers.includes(server));
  } catch {
    return false;
  }
}
