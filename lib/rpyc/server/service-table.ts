import { Subject, type Observable } from "rxjs";
import { formatAddress, type RegisteredAddress } from "../service-address";

/** A service that is not renewed for this long is removed (RPyC registry). */
export const DEFAULT_PRUNING_TIMEOUT_MS = 240_000;

/** Entries of a table, a name at an address being one: some 30 MB, more than any laboratory has. */
const DEFAULT_MAX_SERVICES = 50_000;

/** A service at one of its addresses, under one of its names. */
export interface RegisteredService {
  /** In upper case. */
  readonly name: string;
  readonly address: RegisteredAddress;
}

/** How much a {@link ServiceTable} holds, and for how long. */
export interface ServiceTableOptions {
  /** Milliseconds without a keep-alive after which a service is removed. Default 240,000. */
  readonly pruningTimeoutMs?: number;
  /** Entries at most, a name at an address being one. Default 50,000. */
  readonly maxServices?: number;
  /** Milliseconds of a clock that only goes forward; for tests. Default `performance.now`. */
  readonly now?: () => number;
}

interface Entry extends RegisteredService {
  keepAliveAt: number;
}

/**
 * The services that a registry knows (RPyC registry). Names are upper-cased. No operation takes longer the
 * more services there are; those that expired go before anything else is looked at.
 */
export class ServiceTable {
  /** By name, then by address; the inner order is that of the keep-alives. */
  private readonly byName = new Map<string, Map<string, Entry>>();
  /** By address, then by name. */
  private readonly byAddress = new Map<string, Map<string, Entry>>();
  /** By host, then by name: at how many ports. */
  private readonly byHost = new Map<string, Map<string, number>>();
  /** All entries in the order of their keep-alives: what expires is in front. */
  private readonly byAge = new Set<Entry>();
  private readonly added = new Subject<RegisteredService>();
  private readonly removed = new Subject<RegisteredService>();
  private readonly pruningTimeoutMs: number;
  private readonly maxServices: number;
  private readonly now: () => number;
  /** Nothing expires earlier. Renewals only make it later, so the oldest entry is looked for but now and then. */
  private nothingExpiresBefore = -Infinity;

  /** Services that are new; a keep-alive is not told. */
  readonly onServiceAdded$: Observable<RegisteredService> = this.added.asObservable();
  /** Services that were there and are no more: unregistered or expired. */
  readonly onServiceRemoved$: Observable<RegisteredService> = this.removed.asObservable();

  constructor(options: ServiceTableOptions = {}) {
    this.pruningTimeoutMs = options.pruningTimeoutMs ?? DEFAULT_PRUNING_TIMEOUT_MS;
    this.maxServices = options.maxServices ?? DEFAULT_MAX_SERVICES;
    this.now = options.now ?? (() => performance.now());
  }

  /** How many entries there are, a name at an address being one; expired ones too until they are pruned. */
  get size(): number {
    return this.byAge.size;
  }

  /** All entries, oldest keep-alive first. */
  get services(): readonly RegisteredService[] {
    this.prune();
    return [...this.byAge].map(({ name, address }) => ({ name, address }));
  }

  /**
   * Adds the address under each name, or renews it there.
   *
   * @returns false if the table is full; nothing is added then, and what is there is renewed.
   */
  register(names: readonly string[], address: RegisteredAddress): boolean {
    this.prune();
    const upperNames = new Set(names.map((name) => name.toUpperCase()));
    const known = this.byAddress.get(addressKey(address));
    const fresh = [...upperNames].filter((name) => known?.has(name) !== true);
    const fits = this.size + fresh.length <= this.maxServices;
    for (const name of upperNames) {
      const entry = known?.get(name);
      if (entry !== undefined) this.renew(entry);
    }
    if (!fits) return false;
    for (const name of fresh) this.add({ name, address, keepAliveAt: this.now() });
    for (const name of fresh) this.added.next({ name, address });
    return true;
  }

  /** Removes the address under all its names. */
  unregister(address: RegisteredAddress): void {
    this.prune();
    const entries = this.byAddress.get(addressKey(address));
    if (entries !== undefined) this.remove([...entries.values()]);
  }

  /** The addresses of a name, oldest keep-alive first. */
  *query(name: string): Iterable<RegisteredAddress> {
    this.prune();
    for (const { address } of this.byName.get(name.toUpperCase())?.values() ?? []) yield address;
  }

  /** The names that are known, of one host if it is given. */
  names(host?: string): Iterable<string> {
    this.prune();
    return (host === undefined ? this.byName.keys() : this.byHost.get(host)?.keys()) ?? [];
  }

  /** Removes the services whose last keep-alive is longer ago than the pruning timeout. */
  prune(): void {
    const now = this.now();
    if (now < this.nothingExpiresBefore) return;
    const expired: Entry[] = [];
    this.nothingExpiresBefore = now + this.pruningTimeoutMs;
    for (const entry of this.byAge) {
      const expiresAt = entry.keepAliveAt + this.pruningTimeoutMs;
      if (expiresAt >= now) {
        this.nothingExpiresBefore = expiresAt;
        break;
      }
      expired.push(entry);
    }
    this.remove(expired);
  }

  /** Milliseconds in which certainly no service expires; `undefined` if there is none. */
  get quietForMs(): number | undefined {
    return this.size === 0 ? undefined : Math.max(0, this.nothingExpiresBefore - this.now());
  }

  private add(entry: Entry): void {
    innerMap(this.byName, entry.name).set(addressKey(entry.address), entry);
    innerMap(this.byAddress, addressKey(entry.address)).set(entry.name, entry);
    const names = innerMap(this.byHost, entry.address.host);
    names.set(entry.name, (names.get(entry.name) ?? 0) + 1);
    this.byAge.add(entry);
  }

  private renew(entry: Entry): void {
    const key = addressKey(entry.address);
    const addresses = this.byName.get(entry.name);
    addresses?.delete(key);
    addresses?.set(key, entry);
    this.byAge.delete(entry);
    this.byAge.add(entry);
    entry.keepAliveAt = this.now();
  }

  /** Tells of the removals when all of them are done: a listener sees the table as it is now. */
  private remove(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { name, address } = entry;
      deleteInner(this.byName, name, addressKey(address));
      deleteInner(this.byAddress, addressKey(address), name);
      const names = innerMap(this.byHost, address.host);
      const ports = (names.get(name) ?? 1) - 1;
      if (ports > 0) names.set(name, ports);
      else deleteInner(this.byHost, address.host, name);
      this.byAge.delete(entry);
    }
    for (const { name, address } of entries) this.removed.next({ name, address });
  }
}

function innerMap<K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const inner = new Map<K, V>();
  outer.set(key, inner);
  return inner;
}

function deleteInner<K, V>(outer: Map<string, Map<K, V>>, key: string, innerKey: K): void {
  const inner = outer.get(key);
  inner?.delete(innerKey);
  if (inner?.size === 0) outer.delete(key);
}

/** The text "80" and the number 80 are two ports, as in Python. */
function addressKey(address: RegisteredAddress): string {
  return typeof address.port === "string" ? `${formatAddress(address)} in words` : formatAddress(address);
}
