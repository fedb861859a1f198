import { type AnnouncedDevice } from "./announced-device";
import { type FleetNews } from "./fleet-messages";
import { LOST_AFTER_MS } from "./presence";

/** A device and who announces it. */
export interface FleetDevice {
  readonly site: string;
  readonly announcer: string;
  readonly device: AnnouncedDevice;
}

/** All devices of one process, as it answers. */
export interface FleetListing {
  readonly site: string;
  readonly announcer: string;
  /** What it told up to this revision is in it. */
  readonly revision: number;
  readonly devices: readonly AnnouncedDevice[];
}

/** Gets what changes. */
export interface FleetObserver {
  added(device: FleetDevice): void;
  removed(device: FleetDevice): void;
}

/** A process whose devices are to be asked for. */
export type FleetAnnouncerId = Pick<FleetListing, "site" | "announcer">;

/** What is kept for a whole fleet must end somewhere: who could fill it is anybody whom the broker lets publish. */
const MAX_DEVICES = 200_000;
const MAX_ANNOUNCERS = 50_000;

/** Changes of a process that wait for its list; beyond, it is asked anew. */
const MAX_EARLY = 256;

/** The first answers to the question for all devices come within this time; who is not in them then is asked, in milliseconds. */
const UNLISTED_MS = 500;

/** A process that was asked and did not answer is asked again after this time, in milliseconds. */
const ASK_AGAIN_MS = 1_000;

/** Processes that are asked at one look: a fleet that comes back at once is not asked at once. */
const ASKED_PER_LOOK = 100;

type Change = FleetNews & { readonly kind: "changed" };

interface Announcer {
  readonly site: string;
  readonly id: string;
  readonly devices: Map<string, AnnouncedDevice>;
  /** Nothing until its devices are known. */
  revision: number | undefined;
  /** Changes that wait for the list. */
  early: Change[];
  heardAt: number;
  /** When it is to be asked for its devices; nothing while they are known. */
  askAt: number | undefined;
}

/**
 * Who is in a fleet, as its processes tell it. All moments are milliseconds of one clock that never jumps.
 *
 * What a process tells is numbered. Whoever missed a number, or hears of a process for the first time, asks it.
 */
export class FleetTable {
  private readonly announcers = new Map<string, Announcer>();
  private deviceCount = 0;

  constructor(private readonly observer: FleetObserver) {}

  *devices(): Iterable<FleetDevice> {
    for (const { site, id: announcer, devices } of this.announcers.values()) {
      for (const device of devices.values()) yield { site, announcer, device };
    }
  }

  /** Whether there is room for what is announced. */
  get isFull(): boolean {
    return this.deviceCount >= MAX_DEVICES || this.announcers.size >= MAX_ANNOUNCERS;
  }

  /** Whether every process that was heard of has told its devices. */
  get isComplete(): boolean {
    for (const { askAt } of this.announcers.values()) if (askAt !== undefined) return false;
    return true;
  }

  /** A process told something. */
  hear({ site, announcer: id }: FleetAnnouncerId, news: FleetNews, now: number): void {
    const key = keyOf(site, id);
    if (news.kind === "left") {
      this.forget(key);
      return;
    }
    const announcer = this.announcers.get(key) ?? this.meet(key, site, id, now);
    if (announcer === undefined) return;
    announcer.heardAt = now;
    if (news.kind === "changed") this.change(announcer, news, now);
    else if (announcer.revision !== undefined && announcer.revision !== news.revision) {
      announcer.askAt ??= now;
    }
  }

  /** A process answered with all its devices. */
  list({ site, announcer: id, revision, devices }: FleetListing, now: number): void {
    const key = keyOf(site, id);
    const announcer = this.announcers.get(key) ?? this.meet(key, site, id, now);
    if (announcer === undefined) return;
    announcer.heardAt = now;
    // It was sent before what is known by now.
    if (announcer.revision !== undefined && revision < announcer.revision) return;
    const listed = new Set(devices.map(({ instance }) => instance));
    for (const instance of [...announcer.devices.keys()]) {
      if (!listed.has(instance)) this.remove(announcer, instance);
    }
    for (const device of devices) this.add(announcer, device);
    announcer.revision = revision;
    announcer.askAt = undefined;
    const { early } = announcer;
    announcer.early = [];
    for (const change of early) if (change.revision > revision) this.change(announcer, change, now);
  }

  /** Nobody could be heard until now: nobody counts as silent for it. */
  excuse(now: number): void {
    for (const announcer of this.announcers.values()) announcer.heardAt = now;
  }

  /** Whether somebody has fallen silent. */
  hasSilent(now: number): boolean {
    for (const { heardAt } of this.announcers.values()) if (now - heardAt > LOST_AFTER_MS) return true;
    return false;
  }

  /**
   * Forgets who has fallen silent.
   *
   * @param heardUntil - Everything that was said until then has been heard.
   */
  forgetSilent(heardUntil: number): void {
    for (const [key, { heardAt }] of this.announcers)
      if (heardUntil - heardAt > LOST_AFTER_MS) this.forget(key);
  }

  /** @returns Whom to ask for their devices now. */
  look(now: number): readonly FleetAnnouncerId[] {
    const asked: FleetAnnouncerId[] = [];
    for (const announcer of this.announcers.values()) {
      const { site, id, askAt } = announcer;
      if (askAt !== undefined && askAt <= now && asked.length < ASKED_PER_LOOK) {
        announcer.askAt = now + ASK_AGAIN_MS;
        asked.push({ site, announcer: id });
      }
    }
    return asked;
  }

  private meet(key: string, site: string, id: string, now: number): Announcer | undefined {
    if (this.announcers.size >= MAX_ANNOUNCERS) return undefined;
    const announcer: Announcer = {
      site,
      id,
      devices: new Map(),
      revision: undefined,
      early: [],
      heardAt: now,
      askAt: now + UNLISTED_MS,
    };
    this.announcers.set(key, announcer);
    return announcer;
  }

  private change(announcer: Announcer, change: Change, now: number): void {
    // The first thing that a process tells is all that there is to know.
    const known = announcer.revision ?? (change.revision === 1 ? 0 : undefined);
    if (known !== undefined && change.revision <= known) return;
    if (known === undefined || change.revision !== known + 1) {
      announcer.askAt ??= now;
      if (announcer.early.length < MAX_EARLY) announcer.early.push(change);
      return;
    }
    announcer.revision = change.revision;
    announcer.askAt = undefined;
    for (const instance of change.removed) this.remove(announcer, instance);
    for (const device of change.added) this.add(announcer, device);
  }

  private add(announcer: Announcer, device: AnnouncedDevice): void {
    const before = announcer.devices.get(device.instance);
    if (before !== undefined && isSame(before, device)) return;
    if (before !== undefined) this.remove(announcer, device.instance);
    else if (this.deviceCount >= MAX_DEVICES) return;
    announcer.devices.set(device.instance, device);
    this.deviceCount += 1;
    this.observer.added(asOf(announcer, device));
  }

  private remove(announcer: Announcer, instance: string): void {
    const device = announcer.devices.get(instance);
    if (device === undefined) return;
    announcer.devices.delete(instance);
    this.deviceCount -= 1;
    this.observer.removed(asOf(announcer, device));
  }

  private forget(key: string): void {
    const announcer = this.announcers.get(key);
    if (announcer === undefined) return;
    this.announcers.delete(key);
    for (const instance of [...announcer.devices.keys()]) this.remove(announcer, instance);
  }
}

function asOf({ site, id }: Announcer, device: AnnouncedDevice): FleetDevice {
  return { site, announcer: id, device };
}

function isSame(one: AnnouncedDevice, other: AnnouncedDevice): boolean {
  return (
    one.name === other.name &&
    one.ownName === other.ownName &&
    one.type === other.type &&
    one.isBridged === other.isBridged &&
    one.atBroker?.join("/") === other.atBroker?.join("/") &&
    one.urls.join(" ") === other.urls.join(" ")
  );
}

function keyOf(site: string, id: string): string {
  return `${site}\n${id}`;
}
