import { AddressError } from "../errors";
import { formatAddress, parseAddress } from "../address/address";
import { urlHost } from "../address/hosts";
import { type FoundService, type HeardAddress } from "./known-services";
import { isOnLink, LINK_LOCAL_IPV6 } from "./multicast-interface";

/**
 * Where this computer reaches a service: of the addresses in a network that it is in, one of IPv4 first, one that holds
 * in one link only last. Those of other networks are no use.
 *
 * @returns Nothing where there is none.
 */
export function reachableUrl({ addresses, port }: FoundService): string | undefined {
  const hosts = addresses.flatMap(reachableHosts).sort((one, other) => rank(one) - rank(other));
  for (const host of hosts) {
    const url = tcpUrl(host, port);
    if (url !== undefined) return url;
  }
  return undefined;
}

function reachableHosts({ address, link }: HeardAddress): readonly string[] {
  const host = LINK_LOCAL_IPV6.test(address) ? `${address.replace(/%.*$/, "")}%${link.face.name}` : address;
  return isOnLink(link.face, host) ? [host] : [];
}

function rank(host: string): number {
  if (!host.includes(":")) return 0;
  return LINK_LOCAL_IPV6.test(host) ? 2 : 1;
}

/** Nothing where the name of an interface has characters that addresses have not. */
function tcpUrl(host: string, port: number): string | undefined {
  try {
    return formatAddress(parseAddress(formatAddress({ scheme: "tcp", host: urlHost(host), port })));
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}
