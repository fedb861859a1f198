import { AddressError } from "../errors";
import { RpycDirectory, rpycNamesOf, type RpycDirectoryOptions } from "../rpyc/rpyc-directory";
import { type RpycRegistryClient } from "../rpyc/registry-client";
import { RpycRegistration, type RpycRegistrationOptions } from "../rpyc/rpyc-registration";
import { TcpRegistryClient, type TcpRegistryClientOptions } from "../rpyc/tcp-registry-client";
import { UdpRegistryClient, type UdpRegistryClientOptions } from "../rpyc/udp-registry-client";
import { parseAddress } from "../transport/address";
import { type RigModule, type ServedDevice } from "./rig-module";

type SharedOptions = RpycDirectoryOptions & Pick<RpycRegistrationOptions, "renewMs" | "retryMs">;

/**
 * Finds devices in an RPyC registry, and registers the app's devices there under their names and types
 * (protocols.md, 4).
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
        announce: (device) => Promise.resolve(register(client, device, options)),
        close: () => Promise.resolve(),
      }),
  };
}

function register(
  client: RpycRegistryClient,
  { server }: ServedDevice,
  options: SharedOptions,
): RpycRegistration {
  const { name, url, contract } = server;
  const address = parseAddress(url);
  if (address.scheme !== "tcp" || address.port === undefined) {
    throw new AddressError(
      `an RPyC registry knows only TCP ports: serve ${name || contract.type} at tcp://HOST`,
    );
  }
  return new RpycRegistration(client, {
    ...options,
    names: rpycNamesOf({ name, type: contract.type }),
    port: address.port,
  });
}
