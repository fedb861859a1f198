import { AddressError } from "../errors";
import { defaultLogger } from "../log/logger";
import { bareHost, isLoopbackHost, isWildcardHost } from "../address/hosts";
import { advertisedUrl } from "../address/node/advertised-url";
import { lookUpHost } from "../address/node/look-up-host";
import { RpycDirectory, rpycNamesOf, type RpycDirectoryOptions } from "../rpyc/client/rpyc-directory";
import { type RpycRegistryClient } from "../rpyc/client/registry-client";
import { RpycRegistration, type RpycRegistrationOptions } from "../rpyc/client/rpyc-registration";
import { TcpRegistryClient, type TcpRegistryClientOptions } from "../rpyc/client/tcp-registry-client";
import { UdpRegistryClient, type UdpRegistryClientOptions } from "../rpyc/client/udp-registry-client";
import { parseAddress } from "../address/address";
import { NamedAnnouncement } from "./named-announcement";
import { type Announcement, type RigModule, type ServedDevice } from "./rig-module";

type SharedOptions = RpycDirectoryOptions & Pick<RpycRegistrationOptions, "renewMs" | "retryMs">;

/**
 * Finds devices in an RPyC registry, and registers the app's devices there under their names and types
 * (RPyC registry).
 */
export const RpycRegistryModule = {
  /** By datagrams; without a host, to every registry of the local network. */
  udp(options: UdpRegistryClientOptions & SharedOptions = {}): RigModule {
    return moduleOf((localAddress) => new UdpRegistryClient({ ...localAddress, ...options }), options);
  },

  /** By a connection for each request. */
  tcp(options: TcpRegistryClientOptions & SharedOptions): RigModule {
    return moduleOf((localAddress) => new TcpRegistryClient({ ...localAddress, ...options }), options);
  },
};

/** A registry takes the address from which it hears of a service for the service's. */
type ClientAt = (options: { readonly localAddress?: string }) => RpycRegistryClient;

function moduleOf(clientAt: ClientAt, options: SharedOptions): RigModule {
  return {
    name: "RpycRegistryModule",
    start: () =>
      Promise.resolve({
        directory: new RpycDirectory(clientAt({}), options),
        announce: (device) => announce(clientAt, device, options),
        close: () => Promise.resolve(),
      }),
  };
}

async function announce(
  clientAt: ClientAt,
  { server, advertise }: ServedDevice,
  options: SharedOptions,
): Promise<Announcement> {
  const { name, url, contract } = server;
  const { type } = contract;
  const { url: registry } = clientAt({});
  const known = advertise === undefined ? url : await advertisedUrl(url, { advertise, registryUrl: url });
  const address = parseAddress(known);
  if (address.scheme !== "tcp" || address.port === undefined) {
    throw new AddressError(`an RPyC registry knows only TCP ports: serve ${name || type} at tcp://HOST`);
  }
  const { host, port } = address;
  if (isLoopbackHost(host) && !isLoopbackHost(new URL(registry).hostname)) {
    const { logger = defaultLogger() } = options;
    logger.warn(
      { device: name, bound: url, registry },
      `a device served at ${url} is not registered at ${registry}: nobody there would reach it; serve it at tcp://* or ` +
        "an address of the network, or use a registry on this computer",
    );
    return NOT_REGISTERED;
  }
  const client = clientAt(isWildcardHost(host) ? {} : { localAddress: await addressOf(host) });
  const register = () =>
    Promise.resolve(
      new RpycRegistration(client, { ...options, names: rpycNamesOf({ name: server.name, type }), port }),
    );
  return NamedAnnouncement.of(server, register, options.logger);
}

const NOT_REGISTERED: Announcement = { close: () => Promise.resolve() };

/** A name that is not known cannot be sent from: the registration then says so, again and again. */
async function addressOf(host: string): Promise<string> {
  return (await lookUpHost(host).catch(() => ({ address: bareHost(host) }))).address;
}
