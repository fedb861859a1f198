import { AddressError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { isLoopbackHost } from "../address/hosts";
import { RpycDirectory, rpycNamesOf, type RpycDirectoryOptions } from "../rpyc/client/rpyc-directory";
import { type RpycRegistryClient } from "../rpyc/client/registry-client";
import { RpycRegistration, type RpycRegistrationOptions } from "../rpyc/client/rpyc-registration";
import { TcpRegistryClient, type TcpRegistryClientOptions } from "../rpyc/client/tcp-registry-client";
import { UdpRegistryClient, type UdpRegistryClientOptions } from "../rpyc/client/udp-registry-client";
import { parseAddress } from "../address/address";
import { type RpcServer } from "../server/rpc-server";
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
    return moduleOf(new UdpRegistryClient(options), options);
  },

  /** By a connection for each request. */
  tcp(options: TcpRegistryClientOptions & SharedOptions): RigModule {
    return moduleOf(new TcpRegistryClient(options), options);
  },
};

function moduleOf(client: RpycRegistryClient, options: SharedOptions): RigModule {
  return {
    name: "RpycRegistryModule",
    start: () =>
      Promise.resolve({
        directory: new RpycDirectory(client, options),
        announce: (device) => announce(client, device, options),
        close: () => Promise.resolve(),
      }),
  };
}

async function announce(
  client: RpycRegistryClient,
  { server }: ServedDevice,
  options: SharedOptions,
): Promise<Announcement> {
  const { name, url, contract } = server;
  const { type } = contract;
  const address = parseAddress(url);
  if (address.scheme !== "tcp" || address.port === undefined) {
    throw new AddressError(`an RPyC registry knows only TCP ports: serve ${name || type} at tcp://HOST`);
  }
  const { port } = address;
  warnOfLoopback(address.host, client, server, options.logger ?? defaultLogger());
  const register = () =>
    Promise.resolve(
      new RpycRegistration(client, { ...options, names: rpycNamesOf({ name: server.name, type }), port }),
    );
  return NamedAnnouncement.of(server, register, options.logger);
}

/** The registry takes the address from which it hears of the device for the device's. */
function warnOfLoopback(host: string, client: RpycRegistryClient, server: RpcServer, log: Logger): void {
  const { hostname } = new URL(client.url);
  if (!isLoopbackHost(host) || isLoopbackHost(hostname)) return;
  log.warn(
    { device: server.name, bound: server.url, registry: client.url },
    `a device served at ${server.url} is not reached at the address that the RPyC registry tells others: serve it at tcp://* or an address of the network`,
  );
}
