import { type PublicKey } from "../security/credentials";
import { randomUUID } from "node:crypto";
import { type DeviceEvent, type DeviceQuery, type DeviceRecord } from "../discovery/device-directory";
import { type NetworkedDevice } from "./network-urls";
import { MinHeap } from "./min-heap";
import { NumberedNames } from "./numbered-names";
import { RegistrationQuota } from "./registration-quota";
import { deviceText } from "./registry-reply";
import { DEFAULT_ALIVE_TIMEOUT_MS, type RegisterRequest } from "./registry-request";

/** A device that came or went, with all the ways to it. */
export type NetworkedEvent = DeviceEvent & { readonly device: NetworkedDevice };

/** What became of a registration. */
export type Registered =
  | {
      readonly accepted: true;
      readonly name: string;
      readonly uuid: string;
      /** Devices that had to go, then the new one. */
      readonly changes: readonly NetworkedEvent[];
    }
  | { readonly accepted: false; readonly reason: string };

/** What is to be registered. */
export interface NewDevice extends Omit<RegisterRequest, "event" | "owner"> {
  /** The key of whom it belongs to, where that is proven. */
  readonly owner?: PublicKey | undefined;
  /** What it is counted with where room is limited. Default: nothing that others have. */
  readonly source?: string;
}

interface Entry {
  readonly device: NetworkedDevice;
  /** As lists have it. */
  readonly text: string;
  readonly source: string;
  readonly owner: PublicKey | undefined;
  readonly uuid: string;
  /** When it is pruned unless it is heard from. */
  dueAt: number;
  /** The time of its one valid place in the order of pruning; never after `dueAt`. */
  queuedAt: number;
}

/**
 * The devices of a registry and the rules for their names (plantimager registry). Pure: time comes from outside. Every
 * operation but a list takes about the same time however many devices there are.
 */
export class RegisteredDevices {
  private readonly byName = new Map<string, Entry>();
  private readonly byUuid = new Map<string, Entry>();
  private readonly byUrl = new Map<string, Entry>();
  private readonly byType = new Map<string, Set<Entry>>();
  private readonly numbered = new NumberedNames();
  private readonly quota: RegistrationQuota;
  private readonly order = new MinHeap<{ readonly at: number; readonly entry: Entry }>(({ at }) => at);

  /**
   * @param maxDevices - Registrations beyond this many devices are refused.
   * @param now - A monotonic clock, in milliseconds.
   * @param maxDevicesPerAddress - Registrations of one source beyond so many devices are refused.
   */
  constructor(
    maxDevices: number,
    private readonly now: () => number,
    maxDevicesPerAddress = maxDevices,
  ) {
    this.quota = new RegistrationQuota({ maxDevices, maxDevicesPerAddress });
  }

  get size(): number {
    return this.byUuid.size;
  }

  /**
   * Registers a device: under another name if its own is taken, in place of a device at the same address, and in place
   * of the one that has the name if it says so. A device is replaced only by its owner.
   */
  register({ type, url, networks = [], name, overwrite, owner, source = "" }: NewDevice): Registered {
    const replaced = new Set<Entry>();
    const sameUrl = this.byUrl.get(url);
    if (sameUrl !== undefined) replaced.add(sameUrl);
    const sameName = this.byName.get(name);
    if (sameName !== undefined && overwrite) replaced.add(sameName);
    const foreign = [...replaced].find((entry) => entry.owner !== owner);
    if (foreign !== undefined) {
      const { name: taken, url: at } = foreign.device;
      return { accepted: false, reason: `"${taken}" (${at}) was registered with another key` };
    }
    const wanted = { name, type, url, ...(networks.length > 0 && { networks }) };
    const reason = this.refusalFor(source, wanted, replaced);
    if (reason !== undefined) return { accepted: false, reason };
    const removed = [...replaced].map((entry) => this.remove(entry));
    const device = { ...wanted, name: this.freeName(name, type) };
    const text = deviceText(device);
    const uuid = randomUUID();
    const dueAt = this.dueAfter(DEFAULT_ALIVE_TIMEOUT_MS);
    this.add({ device, text, source, owner, uuid, dueAt, queuedAt: Infinity });
    return { accepted: true, name: device.name, uuid, changes: [...removed, { kind: "added", device }] };
  }

  /**
   * The device that has a new one's name, where it is to be asked whether it is still there.
   *
   * @returns Nothing where the name is free, or the new device takes it in any case, or must not.
   */
  holderOf({ url, name, overwrite, askHolder, owner }: NewDevice): DeviceRecord | undefined {
    const holder = this.byName.get(name);
    if (holder === undefined || overwrite || askHolder !== true) return undefined;
    return holder.device.url === url || holder.owner !== owner ? undefined : holder.device;
  }

  /** Whether a device is still registered, and has not registered again. */
  has(device: DeviceRecord): boolean {
    return this.byName.get(device.name)?.device === device;
  }

  /** @returns What changed; nothing if no device has this uuid. */
  unregister(uuid: string): NetworkedEvent | undefined {
    const entry = this.byUuid.get(uuid);
    return entry === undefined ? undefined : this.remove(entry);
  }

  /**
   * Hears from a device, which now has this long until it must be heard from again.
   *
   * @returns Whether there is such a device.
   */
  checkIn(uuid: string, aliveTimeoutMs: number): boolean {
    const entry = this.byUuid.get(uuid);
    if (entry === undefined) return false;
    entry.dueAt = this.dueAfter(aliveTimeoutMs);
    if (entry.dueAt < entry.queuedAt) this.enqueue(entry);
    return true;
  }

  /** Removes the devices whose time is over. */
  prune(): readonly NetworkedEvent[] {
    const now = this.now();
    const removed: NetworkedEvent[] = [];
    for (
      let first = this.firstInOrder();
      first !== undefined && first.at <= now;
      first = this.firstInOrder()
    ) {
      this.order.pop();
      if (first.entry.dueAt <= now) removed.push(this.remove(first.entry));
      else this.enqueue(first.entry);
    }
    return removed;
  }

  /** When {@link prune} may have something to do next, on the given clock; nothing while there are no devices. */
  get nextPruneAt(): number | undefined {
    return this.firstInOrder()?.at;
  }

  /** The devices that match. */
  find(query: DeviceQuery): readonly NetworkedDevice[] {
    return Array.from(this.matching(query), ({ device }) => device);
  }

  /** The devices that match, as a list has them. */
  textsOf(query: DeviceQuery): readonly string[] {
    return Array.from(this.matching(query), ({ text }) => text);
  }

  private matching({ name, type }: DeviceQuery): Iterable<Entry> {
    if (name !== undefined) {
      const entry = this.byName.get(name);
      return entry === undefined || (type !== undefined && type !== entry.device.type) ? [] : [entry];
    }
    return type === undefined ? this.byUuid.values() : (this.byType.get(type) ?? []);
  }

  /** @param replaced - What would leave for it. */
  private refusalFor(
    source: string,
    wanted: NetworkedDevice,
    replaced: ReadonlySet<Entry>,
  ): string | undefined {
    for (const entry of replaced) this.quota.remove(entry.source, entry.text.length);
    const reason = this.quota.refusalFor(source, deviceText(wanted).length);
    for (const entry of replaced) this.quota.add(entry.source, entry.text.length);
    return reason;
  }

  private dueAfter(aliveTimeoutMs: number): number {
    return this.now() + aliveTimeoutMs + GRACE_MS;
  }

  private freeName(name: string, type: string): string {
    if (name === "") return this.numbered.firstFree(type, 0);
    return this.byName.has(name) ? this.numbered.firstFree(name, 1) : name;
  }

  private add(entry: Entry): void {
    const { device, uuid } = entry;
    this.byName.set(device.name, entry);
    this.byUuid.set(uuid, entry);
    this.byUrl.set(device.url, entry);
    const sameType = this.byType.get(device.type) ?? new Set();
    this.byType.set(device.type, sameType.add(entry));
    this.quota.add(entry.source, entry.text.length);
    this.numbered.take(device.name);
    this.enqueue(entry);
  }

  private remove(entry: Entry): NetworkedEvent {
    const { device, uuid } = entry;
    this.byName.delete(device.name);
    this.byUuid.delete(uuid);
    this.byUrl.delete(device.url);
    const sameType = this.byType.get(device.type);
    sameType?.delete(entry);
    if (sameType?.size === 0) this.byType.delete(device.type);
    this.quota.remove(entry.source, entry.text.length);
    this.numbered.release(device.name);
    return { kind: "removed", device };
  }

  private enqueue(entry: Entry): void {
    entry.queuedAt = entry.dueAt;
    this.order.push({ at: entry.queuedAt, entry });
    if (this.order.size > 2 * this.size + ORDER_SLACK) this.rebuildOrder();
  }

  /** The first in the order that still counts. */
  private firstInOrder(): { readonly at: number; readonly entry: Entry } | undefined {
    for (let first = this.order.peek(); first !== undefined; first = this.order.peek()) {
      if (first.at === first.entry.queuedAt && this.byUuid.get(first.entry.uuid) === first.entry)
        return first;
      this.order.pop();
    }
    return undefined;
  }

  /** Drops the places of devices that left or moved forward; done so rarely that it costs each of them little. */
  private rebuildOrder(): void {
    this.order.clear();
    for (const entry of this.byUuid.values()) {
      entry.queuedAt = entry.dueAt;
      this.order.push({ at: entry.queuedAt, entry });
    }
  }
}

const ORDER_SLACK = 1_024;

/**
 * The original counts in whole seconds, so that a device lives up to one longer than its timeout, and devices check in
 * just when theirs is over (plantimager registry).
 */
const GRACE_MS = 1_000;
