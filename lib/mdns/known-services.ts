import { type DnsQuestion, type DnsRecord, type ServiceLocation } from "./dns-message";
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
  /** When it is asked for what is missing, and how long after that it is asked again. */
  askAt: number;
  askAgainMs: number;
}

/** What anyone in the network can fill is bounded. */
const MAX_SERVICES = 4_096;
const MAX_ADDRESSES_OF_HOST = 16;

/** Nothing is believed for longer without being heard again, in seconds. */
const MAX_TTL = 75 * 60;

/** What ended or was replaced is kept for a moment, should it be said again, in milliseconds (RFC 6762, 10.1). */
const ENDING_MS = 1_000;

/** What is missing is asked for again after this time, then twice that, and so on, in milliseconds. */
const ASK_AGAIN_MS = 500;
const ASK_AT_LEAST_EVERY_MS = 60_000;

/** What of the time something holds has passed when it is asked for again (RFC 6762, 5.2). */
const REFRESH_AT = [0.8, 0.85, 0.9, 0.95] as const;

/** All that was heard of services of some types, while it holds. */
export class KnownServices {
  private readonly instances = new Map<string, Instance>();
  /** Of those the ones that nobody has described yet, the oldest first. */
  private readonly undescribed = new Set<string>();
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
      .filter((each) => each.type === type && isWhole(each))
      .filter(({ pointer }) => !isEnding(pointer) && pointer.until - now > pointer.ttlMs / 2)
      .map(({ name, pointer }) => ({
        name: type,
        type: "PTR",
        ttl: Math.floor((pointer.until - now) / 1_000),
        flush: false,
        data: name,
      }));
  }

  /**
   * The names about which something is to be asked: what soon holds no more, what is said to be gone, and then what is
   * missing, that which has waited longest first.
   *
   * @param tickMs - How often that is called, in milliseconds.
   * @param atMost - How many there are room for.
   */
  questions(tickMs: number, atMost = Infinity): readonly DnsQuestion[] {
    this.forget();
    const all = [...this.instances.values()];
    const questions = all.flatMap((instance) => this.dueQuestions(instance, tickMs));
    const missing = all.filter((instance) => instance.askAt <= this.now() && this.isMissing(instance));
    for (const instance of missing.sort((one, other) => one.askAt - other.askAt)) {
      if (questions.length >= atMost) break;
      questions.push(...this.missingQuestions(instance));
      instance.askAt = this.now() + instance.askAgainMs;
      instance.askAgainMs = Math.min(2 * instance.askAgainMs, ASK_AT_LEAST_EVERY_MS);
    }
    return distinct(questions).slice(0, atMost);
  }

  private dueQuestions(instance: Instance, tickMs: number): DnsQuestion[] {
    const { name, type, pointer, location } = instance;
    // Anyone can say that it is gone: who has it answers.
    const doubted = isEnding(pointer) ? [{ name: type, type: "PTR" }] : [];
    if (location === undefined) return doubted;
    const asked = this.isDue(location, tickMs) ? [...doubted, locationQuestion(instance)] : doubted;
    if (isWhole(instance) && instance.text !== undefined && this.isDue(instance.text, tickMs)) {
      asked.push({ name, type: "TXT" });
    }
    const { target } = location.value;
    const addresses = [...this.addressesOf(target).values()];
    return addresses.some((each) => this.isDue(each, tickMs)) ? [...asked, ...hostQuestions(target)] : asked;
  }

  private isMissing(instance: Instance): boolean {
    const { location, text } = instance;
    const isComplete =
      location !== undefined && text !== undefined && this.addressesOf(location.value.target).size > 0;
    if (isComplete) instance.askAgainMs = ASK_AGAIN_MS;
    return !isComplete;
  }

  private missingQuestions(instance: Instance): readonly DnsQuestion[] {
    const { name, location, text } = instance;
    return [
      ...(location === undefined || (text === undefined && !isWhole(instance))
        ? [locationQuestion(instance)]
        : []),
      ...(text === undefined && isWhole(instance) ? [{ name, type: "TXT" }] : []),
      ...(location === undefined ? [] : hostQuestions(location.value.target)),
    ];
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
    if (known !== undefined) {
      known.pointer = pointer;
      return;
    }
    if (ttl === 0 || !this.hasRoom()) return;
    this.undescribed.add(key);
    this.instances.set(key, {
      type,
      label,
      name: data,
      pointer,
      location: undefined,
      text: undefined,
      askAt: this.now(),
      askAgainMs: ASK_AGAIN_MS,
    });
  }

  /** What nobody described makes room. */
  private hasRoom(): boolean {
    if (this.instances.size < MAX_SERVICES) return true;
    this.overflowed();
    const [oldest] = this.undescribed;
    if (oldest === undefined) return false;
    this.undescribed.delete(oldest);
    return this.instances.delete(oldest);
  }

  private hearOfInstance(record: DnsRecord): void {
    if (record.type !== "SRV" && record.type !== "TXT") return;
    const key = record.name.toLowerCase();
    const instance = this.instances.get(key);
    if (instance === undefined) return;
    if (record.type === "TXT") instance.text = this.held(decodeServiceText(record.data), record.ttl);
    else if (record.data.port > 0) {
      instance.location = this.held(record.data, record.ttl);
      this.undescribed.delete(key);
    }
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
      if (instance.location !== undefined && instance.location.until <= now) {
        instance.location = undefined;
        this.undescribed.add(key);
      }
      if (instance.text !== undefined && instance.text.until <= now) instance.text = undefined;
      if (instance.pointer.until > now) continue;
      this.instances.delete(key);
      this.undescribed.delete(key);
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

/** Whether it is as good as gone. */
function isEnding({ ttlMs }: Held<unknown>): boolean {
  return ttlMs === ENDING_MS;
}

/** A dot within a label cannot be written: it counts as the end of the label. */
function isWhole({ label }: Instance): boolean {
  return !label.includes(".");
}

/** Whoever is asked for a type says where its services are as well. */
function locationQuestion(instance: Instance): DnsQuestion {
  return isWhole(instance) ? { name: instance.name, type: "SRV" } : { name: instance.type, type: "PTR" };
}

function hostQuestions(name: string): readonly DnsQuestion[] {
  return [
    { name, type: "A" },
    { name, type: "AAAA" },
  ];
}

function distinct(questions: readonly DnsQuestion[]): readonly DnsQuestion[] {
  return [...new Map(questions.map((each) => [`${each.type} ${each.name.toLowerCase()}`, each])).values()];
}
