import { type DnsRecord, type ServiceLocation } from "./dns-message";
import { type MulticastLink } from "./multicast-link";
import { instanceLabel } from "./service-names";
import { decodeServiceText, type ServiceText } from "./service-text";

/** An address, and the interface at which it was heard. */
export interface HeardAddress {
  readonly address: string;
  readonly link: MulticastLink;
}

/** A service that somebody announces, with all that is needed to reach it. */
export interface FoundService {
  /** The domain name of its type. */
  readonly type: string;
  readonly label: string;
  readonly port: number;
  readonly text: ServiceText;
  readonly addresses: readonly HeardAddress[];
}

/** Something that holds for a time. */
interface Held<T> {
  readonly value: T;
  /** On the clock of `performance.now()`. */
  readonly until: number;
  readonly ttlMs: number;
}

interface Instance {
  readonly type: string;
  readonly label: string;
  /** Written as its records are. */
  readonly name: string;
  pointer: Held<undefined>;
  location: Held<ServiceLocation> | undefined;
  text: Held<ServiceText> | undefined;
}

/** What anyone in the network can fill is bounded. */
const MAX_SERVICES = 4_096;
const MAX_ADDRESSES_OF_HOST = 16;

/** Nothing is believed for longer without being heard again, in seconds. */
const MAX_TTL = 75 * 60;

/** What ended or was replaced is kept for a moment, should it be said again, in milliseconds (RFC 6762, 10.1). */
const ENDING_MS = 1_000;

/** What of the time something holds has passed when it is asked for again (RFC 6762, 5.2). */
const REFRESH_AT = [0.8, 0.85, 0.9, 0.95] as const;

/** All that was heard of services of some types, while it holds. */
export class KnownServices {
  private readonly instances = new Map<string, Instance>();
  private readonly hosts = new Map<string, Map<string, Held<HeardAddress>>>();

  /**
   * @param types - Domain names of the types that count.
   * @param overflowed - Called when there are more than are kept.
   */
  constructor(
    private readonly types: readonly string[],
    private readonly overflowed: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes in what was heard on one interface. */
  hear(records: readonly DnsRecord[], link: MulticastLink): void {
    for (const record of records) if (record.type === "PTR") this.hearPointer(record);
    for (const record of records) this.hearOfInstance(record);
    this.hearAddresses(records, link);
  }

  /** The services that can be reached as far as was heard. */
  services(): readonly FoundService[] {
    this.forget();
    return [...this.instances.values()].flatMap((instance) => {
      const { location, text, type, label } = instance;
      if (location === undefined || text === undefined) return [];
      const addresses = [...this.addressesOf(location.value.target).values()].map(({ value }) => value);
      return addresses.length === 0
        ? []
        : { type, label, port: location.value.port, text: text.value, addresses };
    });
  }

  /** The records by which askers say what they know of a type, with the seconds that are left. */
  pointers(type: string): readonly DnsRecord[] {
    const now = this.now();
    return [...this.instances.values()]
      .filter((each) => each.type === type && each.pointer.until - now > each.pointer.ttlMs / 2)
      .map(({ name, pointer }) => ({
        name: type,
        type: "PTR",
        ttl: Math.floor((pointer.until - now) / 1_000),
        flush: false,
        data: name,
      }));
  }

  /**
   * The names about which something is to be asked: what is missing, and what soon holds no more.
   *
   * @param tickMs - How often that is called, in milliseconds.
   */
  questions(tickMs: number): readonly { readonly name: string; readonly type: string }[] {
    this.forget();
    return [...this.instances.values()].flatMap(({ name, location, text }) => {
      const asked = [];
      if (location === undefined || this.isDue(location, tickMs)) asked.push({ name, type: "SRV" });
      if (text === undefined) asked.push({ name, type: "TXT" });
      if (location === undefined) return asked;
      const { target } = location.value;
      const addresses = [...this.addressesOf(target).values()];
      if (addresses.length > 0 && !addresses.some((each) => this.isDue(each, tickMs))) return asked;
      return [...asked, { name: target, type: "A" }, { name: target, type: "AAAA" }];
    });
  }

  private isDue({ until, ttlMs }: Held<unknown>, tickMs: number): boolean {
    const passed = ttlMs - (until - this.now());
    return REFRESH_AT.some((part) => passed >= part * ttlMs && passed < part * ttlMs + tickMs);
  }

  private hearPointer({ name, data, ttl }: DnsRecord & { readonly type: "PTR" }): void {
    const type = this.types.find((each) => each.toLowerCase() === name.toLowerCase());
    const label = type === undefined ? undefined : instanceLabel(data, type);
    if (type === undefined || label === undefined) return;
    const key = data.toLowerCase();
    const known = this.instances.get(key);
    const pointer = this.held(undefined, ttl);
    if (known !== undefined) known.pointer = pointer;
    else if (ttl > 0 && this.instances.size < MAX_SERVICES) {
      this.instances.set(key, { type, label, name: data, pointer, location: undefined, text: undefined });
    } else if (ttl > 0) this.overflowed();
  }

  private hearOfInstance(record: DnsRecord): void {
    if (record.type !== "SRV" && record.type !== "TXT") return;
    const instance = this.instances.get(record.name.toLowerCase());
    if (instance === undefined) return;
    if (record.type === "TXT") instance.text = this.held(decodeServiceText(record.data), record.ttl);
    else if (record.data.port > 0) instance.location = this.held(record.data, record.ttl);
  }

  private hearAddresses(records: readonly DnsRecord[], link: MulticastLink): void {
    const targets = new Set(
      [...this.instances.values()].map(({ location }) => location?.value.target.toLowerCase()),
    );
    for (const { name, type, data, ttl, flush } of records) {
      const host = name.toLowerCase();
      if ((type !== "A" && type !== "AAAA") || !targets.has(host)) continue;
      const addresses = this.addressesOf(host);
      this.hosts.set(host, addresses);
      if (flush) this.endOthers(addresses, records, { name, type, link });
      const key = `${data}%${link.face.name}`;
      if (addresses.size < MAX_ADDRESSES_OF_HOST || addresses.has(key)) {
        addresses.set(key, this.held({ address: data, link }, ttl));
      }
    }
  }

  /** What of a host's addresses is not in the message any more holds for a moment only (RFC 6762, 10.2). */
  private endOthers(
    addresses: Map<string, Held<HeardAddress>>,
    records: readonly DnsRecord[],
    { name, type, link }: { readonly name: string; readonly type: string; readonly link: MulticastLink },
  ): void {
    for (const [key, { value, until, ttlMs }] of addresses) {
      const isOfType = value.address.includes(":") === (type === "AAAA");
      const isSaid = records.some(
        (record) => record.name.toLowerCase() === name.toLowerCase() && record.data === value.address,
      );
      if (value.link !== link || !isOfType || isSaid) continue;
      addresses.set(key, { value, ttlMs, until: Math.min(until, this.now() + ENDING_MS) });
    }
  }

  private addressesOf(target: string): Map<string, Held<HeardAddress>> {
    return this.hosts.get(target.toLowerCase()) ?? new Map<string, Held<HeardAddress>>();
  }

  private held<T>(value: T, ttl: number): Held<T> {
    const ttlMs = ttl === 0 ? ENDING_MS : Math.min(ttl, MAX_TTL) * 1_000;
    return { value, ttlMs, until: this.now() + ttlMs };
  }

  private forget(): void {
    const now = this.now();
    for (const [key, instance] of this.instances) {
      if (instance.pointer.until <= now) this.instances.delete(key);
      if (instance.location !== undefined && instance.location.until <= now) instance.location = undefined;
      if (instance.text !== undefined && instance.text.until <= now) instance.text = undefined;
    }
    const targets = new Set(
      [...this.instances.values()].map(({ location }) => location?.value.target.toLowerCase()),
    );
    for (const [host, addresses] of this.hosts) {
      for (const [key, { until }] of addresses) if (until <= now) addresses.delete(key);
      if (addresses.size === 0 || !targets.has(host)) this.hosts.delete(host);
    }
  }
}
