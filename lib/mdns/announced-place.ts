import { isIP } from "node:net";
import { AddressError } from "../errors";
import { parseAddress } from "../address/address";
import { bareHost, isLoopbackHost, isWildcardHost, loopbackHostFor } from "../address/hosts";
import { lookUpHost } from "../address/node/look-up-host";
import { isOwnHost } from "../address/node/own-addresses";
import { type Logger } from "../log/logger";
import { type MulticastLink } from "./multicast-link";
import { type MulticastNetwork } from "./multicast-network";
import { addressesAt } from "./service-records";

/** Where something is served, as others in the networks of this computer reach it. */
export interface AnnouncedPlace {
  readonly port: number;
  /** The addresses that are told on an interface; an empty list where it is not reached by it. */
  addresses(link: MulticastLink): readonly string[];
}

/**
 * Takes an address apart.
 *
 * @param what - What is served there, for the error.
 * @throws {@link AddressError} - It is no TCP port, or the host is not known.
 */
export async function announcedPlace(url: string, what: string): Promise<AnnouncedPlace> {
  const parsed = url.startsWith("tcp://") ? parseAddress(url) : undefined;
  if (parsed?.scheme !== "tcp" || parsed.port === undefined) {
    throw new AddressError(`mDNS knows only TCP ports: serve ${what} at tcp://HOST besides ${url}`);
  }
  const { host, port } = parsed;
  if (isWildcardHost(host)) {
    const family = loopbackHostFor(host).startsWith("[") ? 6 : 4;
    return { port, addresses: (link) => addressesAt(link, family) };
  }
  const bare = bareHost(host).replace(/%.*$/, "");
  const address = isIP(bare) === 0 ? (await lookUpHost(bare)).address : bare;
  if (isLoopbackHost(address)) {
    return { port, addresses: ({ face }) => (face.isLoopback ? [address] : []) };
  }
  // What this computer does not have itself was said by somebody who knows, such as behind a router.
  const isForeign = !isOwnHost(address);
  return {
    port,

    addresses: ({ face }) =>
      isForeign || face.addresses.some((own) => own.address === address) ? [address] : [],
  };
}

/** What is bound to loopback, or to an interface that is not used, is found by nobody. */
export function warnIfUnreached(
  { links }: MulticastNetwork,
  place: AnnouncedPlace,
  what: string,
  url: string,
  log: Logger,
  cure = "serve it at tcp://*",
): void {
  if (links.length === 0 || links.some((link) => place.addresses(link).length > 0)) return;
  const faces = [...new Set(links.map(({ face }) => face.name))].join(", ");
  log.warn(
    { bound: url },
    `${what} is not announced by mDNS on ${faces}: ${url} is not reached from there; ${cure} or an address of ` +
      "that network",
  );
}
