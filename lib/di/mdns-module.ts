import { hostname } from "node:os";
import { type DependencyContainer, type InjectionToken } from "tsyringe";
import { advertisedUrl } from "../address/node/advertised-url";
import { defaultLogger, type Logger } from "../log/logger";
import { announceBroker } from "../mdns/announce-broker";
import { announceRegistry } from "../mdns/announce-registry";
import { announcedPlace, warnIfUnreached } from "../mdns/announced-place";
import { MdnsAnnouncement } from "../mdns/mdns-announcement";
import { MdnsDirectory, type MdnsDirectoryOptions } from "../mdns/mdns-directory";
import { type MdnsOptions } from "../mdns/mdns-options";
import { MulticastNetwork } from "../mdns/multicast-network";
import { Responder } from "../mdns/responder";
import { RIGWIRE_SERVICE, typeDomain } from "../mdns/service-names";
import { type DeviceRegistry } from "../registry/device-registry";
import { keyFingerprint } from "../security/key-fingerprint";
import { DEVICE_REGISTRY } from "./registry-module";
import { type Announcement, type RigModule, type ServedDevice } from "./rig-module";

/** How an app announces itself by mDNS, and finds others. */
export interface MdnsModuleOptions extends MdnsOptions, MdnsDirectoryOptions {
  /** What a registry that the app hosts is announced as. Default: `registry on` the name of this computer. */
  readonly registryName?: string;
  /**
   * A NATS broker to announce besides, as `_nats._tcp`, since it cannot do so itself: `nats://HOST[:PORT][/SITE]`, where
   * `*` is one on this computer that listens at every interface. With a site it is for programs of that site alone.
   * Default: none.
   */
  readonly broker?: string;
}

/** What is announced of a registry. */
export interface RegistryAnnouncement {
  /** The name that it is announced by; not always the one that was wanted. */
  readonly name: string;
  /** Resolves when it has its name, or was closed. */
  ready(): Promise<void>;
}

/** The token under which the announcement of the app's own registry is injected: `@inject(MDNS_REGISTRY)`. */
export const MDNS_REGISTRY: InjectionToken<RegistryAnnouncement> = Symbol("rigwire:MdnsRegistry");

/** Finds devices in the networks of this computer by mDNS, without any address, and announces the app's own there. */
export const MdnsModule = {
  /**
   * Looks up who announces devices as `_rigwire._tcp`, and announces the app's devices, the registry that it hosts and a
   * broker that is named.
   * A device whose name another has gets the next: `cam-1-1`; its server's `name` and the log tell.
   *
   * Needs the package `dns-packet`. Where the network keeps multicasts back, the log says so, and devices are served all
   * the same.
   */
  local(options: MdnsModuleOptions = {}): RigModule {
    return {
      name: "MdnsModule",
      async start(container) {
        const network = await MulticastNetwork.open(options);
        const directory = new MdnsDirectory(network, options);
        const announcer = new Announcer(network, new Responder(network), options);
        return {
          directory,
          async ready() {
            await announcer.announceRegistry(container);
            await announcer.announceBroker();
          },
          announce: (device) => announcer.announceDevice(device),
          async close() {
            await announcer.close();
            directory.close();
            network.close();
          },
        };
      },
    };
  },
};

class Announcer {
  private readonly log: Logger;

  constructor(
    private readonly network: MulticastNetwork,
    private readonly responder: Responder,
    private readonly options: MdnsModuleOptions,
  ) {
    this.log = options.logger ?? defaultLogger();
  }

  async announceDevice({ server, advertise }: ServedDevice): Promise<Announcement> {
    const { name, contract, publicKey } = server;
    const { type } = contract;
    const bound = server.urls.find((url) => url.startsWith("tcp://")) ?? server.url;
    const url =
      advertise === undefined ? bound : await advertisedUrl(bound, { advertise, registryUrl: bound });
    const place = await announcedPlace(url, name || type);
    warnIfUnreached(this.network, place, name || type, url, this.log);
    const { serviceTypes = {} } = this.options;
    const further = Object.entries(serviceTypes).flatMap(([service, of]) => (of === type ? [service] : []));
    const announcement = new MdnsAnnouncement(
      this.responder,
      {
        role: "device",
        name,
        type,
        title: type,
        place,
        types: [RIGWIRE_SERVICE, ...further].map(typeDomain),
        ...(publicKey !== undefined && { keyFingerprint: keyFingerprint(publicKey) }),
      },
      this.log,
      (other) => (server.name = other),
    );
    const renaming = server.name$.subscribe((other) => announcement.rename(other));
    return {
      async close() {
        renaming.unsubscribe();
        await announcement.close();
      },
    };
  }

  async announceRegistry(container: DependencyContainer): Promise<void> {
    if (!container.isRegistered(DEVICE_REGISTRY, true)) return;
    const registry = container.resolve<DeviceRegistry>(DEVICE_REGISTRY);
    if (!registry.url.startsWith("tcp://")) return;
    const { registryName = `registry on ${hostname()}` } = this.options;
    container.registerInstance<RegistryAnnouncement>(
      MDNS_REGISTRY,
      await announceRegistry(this.network, this.responder, registry, registryName, this.log),
    );
  }

  async announceBroker(): Promise<void> {
    const { broker } = this.options;
    if (broker !== undefined) await announceBroker(this.network, this.responder, broker, this.log);
  }

  close(): Promise<void> {
    return this.responder.close();
  }
}
