import { map, type Observable } from "rxjs";
import { defaultLogger, type Logger } from "../log/logger";
import { type FoundService } from "./known-services";
import { type MulticastNetwork } from "./multicast-network";
import { reachableUrl } from "./reachable-url";
import { ServiceBrowser } from "./service-browser";
import { NATS_SERVICE, typeDomain } from "./service-names";

/** Which NATS broker is looked for by mDNS. */
export interface BrokerSearchOptions {
  /** The site of who looks: a broker that is announced for another does not count. Default: any. */
  readonly site?: string | undefined;
  /** The name that it is announced by, or that of its cluster. Default: the only one there is. */
  readonly name?: string | undefined;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger | undefined;
}

/** A NATS broker that somebody announces. */
export interface FoundBroker {
  readonly name: string;
  /** `nats://HOST:PORT`, with all servers of a cluster that are announced. */
  readonly url: string;
  /** The only site that it is for. */
  readonly site: string | undefined;
}

/** Finds NATS brokers in this computer's networks by mDNS. */
export class BrokerSearch {
  /** Those that are announced, and again whenever they change. */
  readonly brokers$: Observable<readonly FoundBroker[]>;
  private readonly browser: ServiceBrowser;

  /** Begins to listen at once. */
  constructor(
    private readonly network: MulticastNetwork,
    private readonly options: BrokerSearchOptions,
  ) {
    const { logger = defaultLogger() } = options;
    this.browser = new ServiceBrowser(network, [typeDomain(NATS_SERVICE)], logger);
    this.brokers$ = this.browser.services$.pipe(map((services) => this.choose(services)));
  }

  get brokers(): readonly FoundBroker[] {
    return this.choose(this.browser.services);
  }

  /** How long it has been listening, in milliseconds. */
  get ageMs(): number {
    return this.browser.ageMs;
  }

  /** Why none is found, for people. */
  get problem(): string {
    const { name, site } = this.options;
    const which = `${name === undefined ? "" : ` "${name}"`}${site === undefined ? "" : ` for the site ${site}`}`;
    return this.network.problem ?? `no NATS broker${which} is announced by mDNS in this computer's networks`;
  }

  /** Whether nobody can be heard at the moment. */
  get isDeaf(): boolean {
    return this.network.problem !== undefined;
  }

  /** Asks again, if the last time was a while ago. */
  refresh(): void {
    this.browser.refresh();
  }

  /** Idempotent. */
  close(): void {
    this.browser.close();
  }

  private choose(services: readonly FoundService[]): readonly FoundBroker[] {
    const clusters = new Map<string, { readonly name: string; site: string | undefined; hosts: string[] }>();
    for (const service of services) {
      const url = reachableUrl(service);
      const site = textOf(service, "site");
      if (url === undefined || !this.isForUs(site)) continue;
      const cluster = textOf(service, "cluster");
      const key = cluster === undefined ? `label ${service.label}` : `cluster ${cluster}`;
      const known = clusters.get(key) ?? { name: cluster ?? service.label, site, hosts: [] };
      known.hosts.push(url.replace("tcp://", ""));
      clusters.set(key, known);
    }
    const { name: wanted } = this.options;
    const found = [...clusters.values()]
      .filter(({ name }) => wanted === undefined || name === wanted)
      .map(({ name, site, hosts }) => ({
        name,
        site,
        url: `nats://${[...new Set(hosts)].sort().join(",")}`,
      }));
    return [...new Map(found.map((broker) => [broker.url, broker])).values()];
  }

  private isForUs(site: string | undefined): boolean {
    const { site: own } = this.options;
    return own === undefined || site === undefined || site === own;
  }
}

function textOf({ text }: FoundService, key: string): string | undefined {
  const value = text.get(key);
  return value === "" ? undefined : value;
}
