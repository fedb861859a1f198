import { catchError, EMPTY, type Subscription } from "rxjs";
import { MAX_TEXT_LENGTH } from "../discovery/checked-fields";
import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { messageOf } from "../errors";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { isOneLine, oneLine } from "../log/one-line";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { type DevicePassage } from "./device-passage";
import { type GatewayDevice } from "./gateway-contract";

/** How often a directory is asked what there is, in milliseconds: not every one tells changes. */
const LOOK_EVERY_MS = 1_000;

/** Changes within this time are told together, in milliseconds. */
const TELL_AFTER_MS = 250;

/** No honest version is longer, in characters. */
const MAX_VERSION_LENGTH = 64;

/** Where the passages of a gateway are found. */
export interface Passages {
  /** Opens it where it is not open. */
  passage(name: string): Promise<DevicePassage | undefined>;
  opened(): Iterable<DevicePassage>;
}

/** All devices of a directory and how they are, while somebody watches: then each is connected. */
export class DeviceRoster {
  private records: ReadonlyMap<string, DeviceRecord> = new Map();
  private readonly watched = new Map<DevicePassage, Subscription>();
  private changes: Subscription | undefined;
  private watchers = 0;
  private lookTimer: Timer | undefined;
  private tellTimer: Timer | undefined;
  private looking: Promise<void> | undefined;
  private told = "";
  private readonly log: BurstLog;

  /**
   * @param tell - Gets the whole list when it has changed.
   */
  constructor(
    private readonly directory: DeviceDirectory,
    private readonly passages: Passages,
    private readonly tell: (devices: GatewayDevice[]) => void,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
  }

  /** One more watches. @returns Ends that. */
  watch(): () => void {
    this.watchers += 1;
    if (this.watchers === 1) this.begin();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.watchers -= 1;
      if (this.watchers === 0) this.end();
    };
  }

  /** Asks the directory what there is, and tells it. Does not throw. */
  look(): Promise<void> {
    this.looking ??= this.ask().finally(() => (this.looking = undefined));
    return this.looking;
  }

  close(): void {
    this.watchers = 0;
    this.end();
  }

  private begin(): void {
    this.changes = this.directory.changes$.pipe(catchError(() => EMPTY)).subscribe(() => void this.look());
    void this.lookAgain();
  }

  private end(): void {
    this.changes?.unsubscribe();
    clearTimeout(this.lookTimer);
    clearTimeout(this.tellTimer);
    this.tellTimer = undefined;
    for (const [passage, subscription] of this.watched) {
      subscription.unsubscribe();
      passage.watched = false;
    }
    this.watched.clear();
  }

  private async lookAgain(): Promise<void> {
    await this.look();
    if (this.watchers === 0) return;
    this.lookTimer = setTimeout(() => void this.lookAgain(), LOOK_EVERY_MS);
    platform().unref(this.lookTimer);
  }

  private async ask(): Promise<void> {
    try {
      const found = await this.directory.find({});
      const devices = found.filter(isNameable);
      if (devices.length < found.length) {
        const left = found.length - devices.length;
        this.log.warn(
          { count: left },
          "devices are left out whose names are too long or hold control characters",
        );
      }
      this.records = new Map(devices.reverse().map((device) => [nameOf(device), device]));
    } catch (error) {
      this.log.warn({ err: error }, `the devices cannot be listed: ${messageOf(error)}`, "list");
    }
    if (this.watchers > 0) await this.watchAll();
    this.tellAll();
  }

  private async watchAll(): Promise<void> {
    for (const name of this.records.keys()) {
      const passage = await this.passages.passage(name);
      if (this.watchers === 0) return;
      if (passage === undefined || this.watched.has(passage)) continue;
      passage.watched = true;
      this.watched.set(
        passage,
        passage.upstream.status$.subscribe({
          next: () => this.tellSoon(),
          complete: () => this.watched.delete(passage),
        }),
      );
    }
    for (const [passage, subscription] of this.watched) {
      if (this.records.has(passage.name)) continue;
      subscription.unsubscribe();
      this.watched.delete(passage);
      passage.watched = false;
    }
  }

  private tellSoon(): void {
    this.tellTimer ??= setTimeout(() => this.tellAll(), TELL_AFTER_MS);
    platform().unref(this.tellTimer);
  }

  private tellAll(): void {
    clearTimeout(this.tellTimer);
    this.tellTimer = undefined;
    const devices = this.list();
    const text = JSON.stringify(devices);
    if (text === this.told) return;
    this.told = text;
    this.tell(devices);
  }

  private list(): GatewayDevice[] {
    const passages = new Map([...this.passages.opened()].map((passage) => [passage.name, passage]));
    const used = [...passages.values()].filter(
      ({ isUsed, upstream }) => isUsed && upstream.device !== undefined,
    );
    const names = new Set([...this.records.keys(), ...used.map(({ name }) => name)]);
    return [...names]
      .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
      .map((name) => describe(name, this.records.get(name), passages.get(name)));
  }
}

/** What the path of a device is made of. */
export function nameOf({ name, type }: DeviceRecord): string {
  return name === "" ? type : name;
}

/** Not every directory looks at what devices call themselves; what is no name in a registry is none here. */
export function isNameable(device: DeviceRecord): boolean {
  return isDeviceName(nameOf(device));
}

/** Whether a device may be called so: one line, as registries take it. */
export function isDeviceName(name: string): boolean {
  return name !== "" && isOneLine(name, MAX_TEXT_LENGTH);
}

/** Nothing where the directory does not say. */
function typeOf(record: DeviceRecord | undefined): string | undefined {
  return record?.type === "" ? undefined : record?.type;
}

const startedAt = new Date();

function describe(
  name: string,
  record: DeviceRecord | undefined,
  passage: DevicePassage | undefined,
): GatewayDevice {
  const { state = "connecting", since = startedAt, peer, road } = passage?.upstream.current ?? {};
  const { roundTripMs, device } = passage?.upstream ?? {};
  const known = record ?? device;
  const rigwire = peer?.inventory.rigwire;
  return {
    name,
    type: oneLine(typeOf(known) ?? rigwire?.type ?? ""),
    address: oneLine(known?.url ?? ""),
    state,
    since: since.toISOString(),
    roundTripMs: roundTripMs === undefined ? null : Math.round(roundTripMs * 10) / 10,
    version: rigwire === undefined ? null : oneLine(rigwire.version, MAX_VERSION_LENGTH),
    road: road ?? null,
  };
}
