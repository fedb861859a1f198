import { AddressError, messageOf } from "../../errors";
import { formatAddress, parseAddress } from "../address";
import { isLoopbackHost, isWildcardHost, loopbackHostFor } from "../hosts";
import { localAddressTowards } from "./local-address";
import { type AddressFamily } from "./look-up-host";
import { ownAddresses } from "./own-addresses";

/** What {@link advertisedUrl} is to go by. */
export interface AdvertiseOptions {
  /**
   * Where others reach the device: a host such as `10.0.0.7` or `cam-1.local`, or a URL. Where no port is named it is
   * the device's own. Default: the device's address, or, if that is a wildcard or loopback, the address of the
   * interface that routes to the registry; for a wildcard and a registry on the same computer, the address of the
   * interface that routes to everywhere else, or of any network, if there is one.
   */
  readonly advertise?: string | undefined;
  /** Where the registry is. */
  readonly registryUrl: string;
}

/**
 * The URL under which others reach a device: never that of every interface, which would mean the reader's own computer,
 * and loopback only where the registry is reached by it.
 *
 * @param boundUrl - Where the device is served, with its port.
 * @throws AddressError if `advertise` is no address of a computer, or, without it, no route leads to the registry in the
 *   family of addresses that the device is bound to.
 */
export async function advertisedUrl(
  boundUrl: string,
  { advertise, registryUrl }: AdvertiseOptions,
): Promise<string> {
  const bound = parseAddress(boundUrl);
  const port = bound.scheme === "tcp" ? bound.port : undefined;
  if (advertise !== undefined) return explicitUrl(advertise, port);
  if (bound.scheme !== "tcp") return boundUrl;
  const { host } = bound;
  if (!isWildcardHost(host) && !isLoopbackHost(host)) return formatAddress(bound);
  const local = await hostTowards(registryUrl, host);
  if (!isLoopbackHost(local)) return formatAddress({ ...bound, host: local });
  return formatAddress({
    ...bound,
    host: isLoopbackHost(host) ? host : await outwardHost(registryUrl, local),
  });
}

function explicitUrl(advertise: string, port: number | undefined): string {
  const address = parseAddress(advertise.includes("://") ? advertise : `tcp://${bracketed(advertise)}`);
  if (address.scheme === "tcp" && isWildcardHost(address.host)) {
    throw new AddressError(
      `"${advertise}" cannot be advertised: it means every interface, which others take for their own computer`,
    );
  }
  if (address.scheme !== "tcp" || address.port !== undefined) return formatAddress(address);
  if (port === undefined) throw new AddressError(`"${advertise}" cannot be advertised: it names no port`);
  return formatAddress({ ...address, port });
}

/** A bare address of IPv6 has colons that no port follows. */
function bracketed(host: string): string {
  return /^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*$/.test(host) ? `[${host}]` : host;
}

/** A registry in the same computer is reached by loopback, over whatever transport. */
async function hostTowards(registryUrl: string, boundHost: string): Promise<string> {
  const registry = parseAddress(registryUrl);
  if (registry.scheme !== "tcp" || isWildcardHost(registry.host)) return loopbackHostFor(boundHost);
  // A server at an address of one family is not reached by the other.
  return routeTowards(registry.host, boundHost.startsWith("[") ? 6 : 4);
}

async function routeTowards(host: string, family: AddressFamily): Promise<string> {
  try {
    return await localAddressTowards(host, family);
  } catch (error) {
    throw new AddressError(
      `${messageOf(error)}; connect this computer to that network, or say where others reach the device (advertise)`,
      {},
      { cause: error },
    );
  }
}

/** Addresses for examples only: the route to them is the one to everywhere else. Nothing is sent there. */
const ELSEWHERE = { 4: "192.0.2.1", 6: "[2001:db8::1]" } as const;

/** Who serves at every interface has others in mind, and the registry may tell them of it. */
async function outwardHost(registryUrl: string, loopback: string): Promise<string> {
  if (parseAddress(registryUrl).scheme !== "tcp") return loopback;
  const family = loopback.startsWith("[") ? 6 : 4;
  try {
    return await localAddressTowards(ELSEWHERE[family], family);
  } catch {
    // A network without a way out of it.
    return ownAddresses().find((own) => own.family === family)?.host ?? loopback;
  }
}
