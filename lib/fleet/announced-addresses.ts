import { advertisedUrl } from "../address/node/advertised-url";
import { bareHost, isLoopbackHost } from "../address/hosts";
import { isWebUrl, parseWebAddress } from "../address/web-address";
import { parseAddress } from "../address/address";
import { formatNatsUrl, parseNatsDeviceUrl } from "../nats/nats-url";
import { type AnnouncedDevice } from "./announced-device";

/** Where a device is served, as a fleet is told. */
export type AnnouncedAddresses = Pick<AnnouncedDevice, "atBroker" | "urls">;

/** What {@link announcedAddresses} is to go by. */
export interface AnnouncedAddressesOptions {
  /** Where others reach the device over TCP: a host or a URL. See {@link advertisedUrl} for what is taken without it. */
  readonly advertise?: string | undefined;
  /** The servers of the fleet's broker, each `HOST[:PORT]`. */
  readonly servers: readonly string[];
}

/**
 * The addresses of a device that others of a fleet can reach: that at the fleet's own broker, and those in the network.
 * A loopback address is told only where the broker is reached by one.
 *
 * @param urls - Where the device is served.
 * @throws AddressError if `advertise` is no address of a computer.
 */
export async function announcedAddresses(
  urls: readonly string[],
  options: AnnouncedAddressesOptions,
): Promise<AnnouncedAddresses> {
  let atBroker: AnnouncedAddresses["atBroker"];
  const others: string[] = [];
  for (const url of urls) {
    if (url.startsWith("nats://")) {
      const { servers, site, name } = parseNatsDeviceUrl(url);
      if (servers.some((server) => options.servers.includes(server))) atBroker ??= [site, name];
      else others.push(formatNatsUrl({ servers, path: [site, name] }));
    } else {
      others.push(...(await networkUrl(url, options)));
    }
  }
  return { atBroker, urls: [...new Set(others)] };
}

/** Nothing where others cannot reach it. */
async function networkUrl(
  url: string,
  { advertise, servers: [server = "127.0.0.1"] }: AnnouncedAddressesOptions,
): Promise<readonly string[]> {
  if (isWebUrl(url)) return isReached(parseWebAddress(url).host, server) ? [url] : [];
  const address = parseAddress(url);
  if (address.scheme !== "tcp") return [];
  const told = await advertisedUrl(url, { advertise, registryUrl: `tcp://${server}` });
  const known = parseAddress(told);
  return known.scheme === "tcp" && (advertise !== undefined || isReached(known.host, server)) ? [told] : [];
}

function isReached(host: string, server: string): boolean {
  return !isLoopbackHost(bareHost(host)) || isLoopbackHost(hostOf(server));
}

function hostOf(server: string): string {
  const address = parseAddress(`tcp://${server}`);
  return address.scheme === "tcp" ? bareHost(address.host) : server;
}
