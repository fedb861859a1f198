import {
  BehaviorSubject,
  filter,
  firstValueFrom,
  merge,
  NEVER,
  Observable,
  skip,
  type Subscription,
  switchMap,
  timer,
} from "rxjs";
import { type DeviceDirectory, type DeviceEvent, type DeviceRecord } from "../discovery/device-directory";
import {
  AddressError,
  AmbiguousDeviceError,
  AuthenticationError,
  DeviceUnavailableError,
  messageOf,
} from "../errors";
import { Fleet, type FleetOptions } from "../fleet/fleet";
import { defaultLogger, type Logger } from "../log/logger";
import { BrokerSearch, type FoundBroker } from "../mdns/broker-search";
import { ANSWERED_WITHIN_MS } from "../mdns/mdns-directory";
import { type MulticastNetwork } from "../mdns/multicast-network";
import { natsSettings } from "../nats/nats-settings";

/** How the broker of a fleet is looked for by mDNS. */
export interface FleetSearchOptions extends FleetOptions {
  /** The name that the broker is announced by, or that of its cluster. Default: the only one there is. */
  readonly name?: string;
  /** The broker where none is found, `nats://HOST[:PORT]`. Default: it is looked for until it is found. */
  readonly else?: string;
  /** How long it is looked for before that, in milliseconds. Default 1,500. */
  readonly searchMs?: number;
}

const SEARCH_MS = 1_500;

/** How often it is looked whether the search is over, or the broker is away and another announced, in milliseconds. */
const LOOK_EVERY_MS = 100;

/**
 * A fleet whose broker is announced by mDNS. While that is reached nothing that is announced changes it: anyone can
 * announce. One that is away is left for the one that is announced then.
 */
export class DiscoveredFleet {
  /** The fleet at the broker that was found last; nothing before that. */
  readonly fleet$: Observable<Fleet | undefined>;
  readonly directory: DeviceDirectory;
  private readonly fleets = new BehaviorSubject<Fleet | undefined>(undefined);
  private readonly search: BrokerSearch;
  private readonly looking: Subscription;
  private readonly clock: NodeJS.Timeout;
  private readonly log: Logger;
  private url: string | undefined;
  private problem: Error | undefined;
  private ended: Promise<unknown> = Promise.resolve();

  /**
   * Begins to look at once.
   *
   * @throws AddressError where an option is no address or site; AuthenticationError where a password would be given to
   *   whoever announces a broker.
   */
  constructor(
    network: MulticastNetwork,
    private readonly options: FleetSearchOptions,
  ) {
    checkDiscovery(options);
    const { site, name, logger = defaultLogger() } = options;
    this.log = logger;
    this.search = new BrokerSearch(network, { site, name, logger });
    this.fleet$ = this.fleets.asObservable();
    this.directory = directoryOf(this);
    this.looking = this.search.brokers$.subscribe(() => this.look());
    this.clock = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /**
   * The fleet, once it is found or it has been looked for long enough.
   *
   * @throws AmbiguousDeviceError if several brokers are announced; DeviceUnavailableError if there is none.
   */
  async found(): Promise<Fleet> {
    const waitMs = Math.max(0, this.searchMs + 2 * LOOK_EVERY_MS - this.search.ageMs);
    const isThere = this.fleets.pipe(filter((fleet) => fleet !== undefined));
    const fleet = await firstValueFrom(merge(isThere, timer(waitMs)));
    if (fleet instanceof Fleet) return fleet;
    this.search.refresh();
    throw this.problem ?? new DeviceUnavailableError(`the fleet is not found: ${this.search.problem}`);
  }

  /** Why devices cannot be looked up at the moment; nothing while they can. */
  get problemText(): string | undefined {
    const fleet = this.fleets.value;
    if (fleet !== undefined) return fleet.directory.problem;
    return this.search.ageMs < this.searchMs ? undefined : (this.problem?.message ?? this.search.problem);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.looking.unsubscribe();
    clearInterval(this.clock);
    this.search.close();
    await this.fleets.value?.close();
    await this.ended;
    this.fleets.complete();
  }

  private get searchMs(): number {
    return this.options.searchMs ?? SEARCH_MS;
  }

  private look(): void {
    // All that are there shall have answered: one of several is no answer.
    if (this.search.ageMs < Math.min(ANSWERED_WITHIN_MS, this.searchMs)) return;
    const current = this.fleets.value;
    if (current !== undefined && current.directory.problem === undefined) return;
    const [broker, ...others] = this.search.brokers;
    this.problem = others.length > 0 && broker !== undefined ? ambiguous([broker, ...others]) : undefined;
    if (this.problem !== undefined) return;
    if (broker !== undefined) this.use(broker.url, broker.site, `is found by mDNS as "${broker.name}"`);
    else this.fallBack();
  }

  private fallBack(): void {
    const { else: otherwise } = this.options;
    if (otherwise === undefined) this.search.refresh();
    else if (this.search.isDeaf || this.search.ageMs >= this.searchMs) {
      this.use(otherwise, undefined, `is used: ${this.search.problem}`);
    }
  }

  private use(url: string, announcedSite: string | undefined, how: string): void {
    if (url === this.url) return;
    const site = this.options.site ?? announcedSite;
    try {
      const fleet = new Fleet(url, { ...this.options, ...(site !== undefined && { site }) });
      this.ended = Promise.all([this.ended, this.fleets.value?.close()]);
      this.url = url;
      this.log.info({ servers: fleet.servers }, `the NATS broker at ${fleet.servers.join(", ")} ${how}`);
      this.fleets.next(fleet);
    } catch (error) {
      // What is announced need not be fit.
      if (!(error instanceof AddressError)) throw error;
      this.problem = new DeviceUnavailableError(
        `the broker that is found by mDNS is no use: ${messageOf(error)}`,
      );
    }
  }
}

/**
 * Whether a fleet may be looked for like this, before it is.
 *
 * @throws AddressError and AuthenticationError, as {@link DiscoveredFleet} does.
 */
export function checkDiscovery(options: FleetSearchOptions): void {
  const { nats, else: otherwise = "nats://127.0.0.1" } = options;
  void new Fleet(otherwise, options).close();
  const { login, tls } = natsSettings({ servers: [], login: undefined, path: [] }, nats);
  if ((login.kind === "user" || login.kind === "token") && tls === undefined) {
    throw new AuthenticationError(
      "whoever announces a NATS broker by mDNS would be given the password or token of this program: use an NKEY, " +
        "credentials or TLS (nats, or RIGWIRE_NATS_…), or say the address with FleetModule.connect(URL)",
      "broker-login",
    );
  }
}

function directoryOf(discovered: DiscoveredFleet): DeviceDirectory {
  return {
    find: async (query) => (await discovered.found()).directory.find(query),
    changes$: new Observable<DeviceEvent>((subscriber) => {
      const known = new Map<string, DeviceRecord>();
      const changes = discovered.fleet$
        .pipe(switchMap((fleet) => fleet?.directory.changes$ ?? NEVER))
        .subscribe((event) => {
          const key = JSON.stringify([event.device.name, event.device.url]);
          if (event.kind === "added") known.set(key, event.device);
          else known.delete(key);
          subscriber.next(event);
        });
      // Those of a broker that is left are not heard of any more.
      const moves = discovered.fleet$.pipe(skip(1)).subscribe(() => {
        const gone = [...known.values()];
        known.clear();
        for (const device of gone) subscriber.next({ kind: "removed", device });
      });
      return changes.add(moves);
    }),
    get problem() {
      return discovered.problemText;
    },
  };
}

function ambiguous(brokers: readonly FoundBroker[]): AmbiguousDeviceError {
  const list = brokers.map(({ name, url }) => `"${name}" at ${url}`).join(", ");
  return new AmbiguousDeviceError(
    `${brokers.length} NATS brokers are announced by mDNS: say which with discover({ name }): ${list}`,
  );
}
