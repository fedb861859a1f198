import { announcedAddresses } from "../fleet/announced-addresses";
import { Fleet, type FleetOptions } from "../fleet/fleet";
import { serviceEndpoints } from "../fleet/service-endpoints";
import { messageOf } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { type MdnsOptions } from "../mdns/mdns-options";
import { MulticastNetwork } from "../mdns/multicast-network";
import { withDeadline } from "../time/with-deadline";
import { VERSION } from "../version";
import { checkDiscovery, DiscoveredFleet, type FleetSearchOptions } from "./discovered-fleet";
import { FollowingAnnouncement } from "./following-announcement";
import { NamedAnnouncement } from "./named-announcement";
import { type Announcement, type RigModule, type ServedDevice } from "./rig-module";

/** Finds devices of many sites over a NATS broker, and announces the app's devices there. */
export const FleetModule = {
  /**
   * Takes part in a fleet. Its devices are called `SITE/NAME`; those of the own site by their name alone as well. A
   * broker that is away when the app starts is looked for until it is there.
   *
   * @param url - The broker: `nats://HOST[:PORT][,HOST[:PORT]…][/SITE]`.
   * @param options.site - Where the app's devices are announced. Default: what the URL names behind the servers.
   */
  connect(url: string, options: FleetOptions = {}): RigModule {
    const { logger = defaultLogger() } = options;
    // Tells of what is wrong where it is written.
    void new Fleet(url, options).close();
    return {
      name: "FleetModule",
      start: () => {
        const fleet = new Fleet(url, options);
        return Promise.resolve({
          directory: fleet.directory,
          announce: (device) => announceNamed(fleet, device, new Date().toISOString(), logger),
          close: () => fleet.close(),
        });
      },
    };
  },

  /**
   * Takes part in the fleet whose broker is announced in this computer's networks by mDNS, as `_nats._tcp`. A broker that
   * is away and is announced elsewhere is followed.
   *
   * Needs the package `dns-packet`.
   *
   * @param options.site - Where the app's devices are announced; a broker that is announced for another site does not
   *   count. Default: the site that the broker is announced for.
   * @param options.else - The broker where none is found, such as `nats://10.0.0.1:4222`. Default: it is looked for until
   *   it is found.
   * @param options.name - The name that the broker is announced by, or that of its cluster; has to be said where there are
   *   several.
   * @throws AddressError if `else` is no address; AuthenticationError if a password or token would be sent to whoever
   *   announces a broker.
   */
  discover(options: FleetDiscoveryOptions = {}): RigModule {
    const { logger = defaultLogger() } = options;
    checkDiscovery(options);
    return {
      name: "FleetModule",
      async start() {
        const network = await MulticastNetwork.open(options);
        const discovered = new DiscoveredFleet(network, options);
        return {
          directory: discovered.directory,
          announce: (device) => announceFound(discovered, device, logger),
          async close() {
            await discovered.close();
            network.close();
          },
        };
      },
    };
  },
};

/** How the broker of a fleet is found by mDNS, and used. */
export interface FleetDiscoveryOptions extends FleetSearchOptions, Pick<MdnsOptions, "interfaces" | "port"> {}

/** How long the start of an app waits until its devices are announced, in milliseconds; it goes on without. */
const FOUND_WITHIN_MS = 2_000;

async function announceFound(
  discovered: DiscoveredFleet,
  device: ServedDevice,
  logger: Logger,
): Promise<Announcement> {
  const startedAt = new Date().toISOString();
  const announcement = new FollowingAnnouncement(
    discovered.fleet$,
    (fleet) => announceNamed(fleet, device, startedAt, logger),
    logger,
  );
  const settled = discovered.found().then(
    () => announcement.settled(),
    (error: unknown) => logger.warn({ err: error }, `${messageOf(error)}: it is looked for`),
  );
  await withDeadline(settled, FOUND_WITHIN_MS, () => undefined);
  return announcement;
}

function announceNamed(
  fleet: Fleet,
  device: ServedDevice,
  startedAt: string,
  logger: Logger,
): Promise<Announcement> {
  return NamedAnnouncement.of(device.server, () => announce(fleet, device, startedAt, logger), logger);
}

async function announce(
  fleet: Fleet,
  { server, advertise }: ServedDevice,
  startedAt: string,
  logger: Logger,
): Promise<Announcement> {
  const { name: ownName, instance, contract } = server;
  const name = ownName === "" ? contract.type : ownName;
  const addresses = await announcedAddresses(server.urls, { advertise, servers: fleet.servers });
  if (addresses.atBroker === undefined && addresses.urls.length === 0) {
    logger.warn(
      { device: name, bound: server.urls },
      `${name} is not announced to the fleet: nobody there would reach ${server.urls.join(", ")}; serve it at tcp://* ` +
        "or an address of the network, or at nats://HOST:4222/SITE/NAME as well",
    );
    return NOT_ANNOUNCED;
  }
  const takeBack = await fleet.announce({
    device: {
      instance,
      name,
      ownName,
      type: contract.type,
      version: VERSION,
      startedAt,
      ...addresses,
      isBridged: false,
    },
    endpoints: () => serviceEndpoints(server.stats()),
  });
  return { close: takeBack };
}

const NOT_ANNOUNCED: Announcement = { close: () => Promise.resolve() };
