import { AddressError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { type NatsOptions } from "../nats/nats-options";
import { natsSettings } from "../nats/nats-settings";
import { formatNatsUrl, parseNatsUrl } from "../nats/nats-url";
import { withDeadline } from "../time/with-deadline";
import { unfitToAnnounce } from "./announced-device";
import { FleetAnnouncer } from "./fleet-announcer";
import { FleetDirectory } from "./fleet-directory";
import { FleetLink } from "./fleet-link";
import { checkedSite } from "./fleet-name";
import { type FleetService } from "./service-protocol";

/** How a program takes part in a fleet. */
export interface FleetOptions {
  /**
   * The site of this program: where its devices are announced, and which is meant by a name without a site. Default:
   * what the URL names behind the servers, `nats://HOST:4222/SITE`.
   */
  readonly site?: string;
  /** How it gets into the NATS cluster. Default: what the URL and the environment say (`RIGWIRE_NATS_…`). */
  readonly nats?: NatsOptions;
  /** Lists and watches the own site alone. Default false. */
  readonly onlySite?: boolean;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** How long the first announcement waits for the broker, in milliseconds; it is announced when there is one. */
const REACHED_WITHIN_MS = 2_000;

/** This program's part of a fleet: devices of many sites that announce themselves at one NATS broker. */
export class Fleet {
  readonly site: string | undefined;
  /** The servers of the broker, each `HOST[:PORT]`. */
  readonly servers: readonly string[];
  readonly directory: FleetDirectory;
  private readonly link: FleetLink;
  private readonly log: Logger;
  private readonly services = new Map<FleetService, (() => void) | undefined>();
  private announcer: FleetAnnouncer | undefined;
  private announcing: Promise<void> | undefined;
  private waitMs = REACHED_WITHIN_MS;
  private closing: Promise<void> | undefined;

  /**
   * @param url - The broker: `nats://HOST[:PORT][,HOST[:PORT]…][/SITE]`.
   * @throws AddressError if it is none, or names more than a site.
   */
  constructor(url: string, options: FleetOptions = {}) {
    const { logger = defaultLogger(), onlySite = false } = options;
    const parsed = parseNatsUrl(url);
    const [pathSite, ...others] = parsed.path.filter((part) => part !== "");
    if (others.length > 0) {
      throw new AddressError(
        `"${formatNatsUrl(parsed)}" names more than a fleet and a site: expected nats://HOST[:PORT][/SITE]`,
      );
    }
    const site = options.site ?? pathSite;
    this.site = site === undefined ? undefined : checkedSite(site);
    this.log = logger;
    this.servers = parsed.servers;
    const name = `the fleet at ${formatNatsUrl({ servers: parsed.servers, path: [] })}`;
    this.link = new FleetLink(name, natsSettings(parsed, options.nats), logger);
    this.directory = new FleetDirectory(
      this.link,
      { servers: parsed.servers, homeSite: this.site, onlySite: onlySite ? this.site : undefined },
      logger,
    );
  }

  /**
   * Announces a device for as long as the fleet is not closed. While the broker is away it waits for it.
   *
   * Resolves when it can be found, or the broker has kept it waiting for two seconds.
   *
   * @returns Takes it back; resolves when the broker has been told. Idempotent.
   * @throws AddressError if there is no site to announce it in, or a field of it is too long.
   */
  async announce(service: FleetService): Promise<() => Promise<void>> {
    const { device } = service;
    const { site } = this;
    if (site === undefined) {
      throw new AddressError(
        `${device.name} cannot be announced without a site: FleetModule.connect(URL, { site }), or nats://HOST:4222/SITE`,
      );
    }
    const problem = unfitToAnnounce(device);
    if (problem !== undefined) throw new AddressError(`${device.name} cannot be announced: ${problem}`);
    this.services.set(service, this.announcer?.announce(service));
    this.announcing ??= this.announceAll(site);
    // A broker that kept one device waiting does not keep the next waiting as well.
    const announced = this.announcing.then(() => this.announcer?.settled());
    await withDeadline(announced, this.waitMs, () => (this.waitMs = 0));
    return () => {
      this.services.get(service)?.();
      this.services.delete(service);
      return this.announcer?.told() ?? Promise.resolve();
    };
  }

  /** Says goodbye for all devices. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async announceAll(site: string): Promise<void> {
    const broker = await this.link.reached();
    if (broker === undefined || this.closing !== undefined) return;
    const announcer = new FleetAnnouncer(broker, site, this.log);
    this.announcer = announcer;
    for (const service of this.services.keys()) this.services.set(service, announcer.announce(service));
  }

  private async end(): Promise<void> {
    this.directory.close();
    await this.announcer?.close();
    await this.link.close();
  }
}
