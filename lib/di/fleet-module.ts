import { announcedAddresses } from "../fleet/announced-addresses";
import { Fleet, type FleetOptions } from "../fleet/fleet";
import { serviceEndpoints } from "../fleet/service-endpoints";
import { defaultLogger, type Logger } from "../log/logger";
import { VERSION } from "../version";
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
          announce: (device) => {
            const startedAt = new Date().toISOString();
            return NamedAnnouncement.of(
              device.server,
              () => announce(fleet, device, startedAt, logger),
              logger,
            );
          },
          close: () => fleet.close(),
        });
      },
    };
  },
};

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
