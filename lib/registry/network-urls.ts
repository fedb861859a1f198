import { BlockList, isIP } from "node:net";
import { formatAddress, parseAddress } from "../address/address";
import { bareHost } from "../address/hosts";
import { type DeviceRecord } from "../discovery/device-directory";
import { MalformedMessageError } from "../errors";
import { isObject } from "../wire/message";
import { addressField, type Fields } from "../discovery/checked-fields";
import { type OwnAddress, ownAddresses } from "../address/node/own-addresses";

/** Where a device is reached from the computers of one network. */
export interface NetworkUrl {
  readonly url: string;
  /** How many bits of the host name the network. */
  readonly prefix: number;
}

/** A device with all the ways to it. */
export interface NetworkedDevice extends DeviceRecord {
  /** Left out where there is one way only. */
  readonly networks?: readonly NetworkUrl[];
}

/** The device as this computer reaches it. */
export function asReached(
  { networks = [], ...device }: NetworkedDevice,
  own?: () => readonly OwnAddress[],
): DeviceRecord {
  return { ...device, url: nearestUrl(device.url, networks, own) };
}

/** A computer is in few networks; a registry keeps these of every device. */
const MAX_NETWORKS = 16;

/**
 * Where a device is reached that listens at every interface, in each network that this computer is in.
 *
 * @param url - What is registered; its host is an address of this computer.
 * @returns An empty list where there is no other way to it.
 */
export function networkUrls(url: string, own = ownAddresses()): readonly NetworkUrl[] {
  const address = parseAddress(url);
  if (address.scheme !== "tcp") return [];
  const family = isIP(bareHost(address.host));
  const sameFamily = own.filter((each) => each.family === family);
  if (sameFamily.length < 2) return [];
  return sameFamily
    .slice(0, MAX_NETWORKS)
    .map(({ host, prefix }) => ({ url: formatAddress({ ...address, host }), prefix }));
}

/**
 * The one of a device's URLs that is in a network which this computer is in; else the first.
 *
 * @param ownOnes - The addresses of this computer, looked up where they matter.
 */
export function nearestUrl(
  url: string,
  networks: readonly NetworkUrl[],
  ownOnes: () => readonly OwnAddress[] = ownAddresses,
): string {
  if (networks.length === 0) return url;
  const own = ownOnes();
  if (isOwn(url, own)) return url;
  const reached = networks.filter((network) => !isOwn(network.url, own) && isNear(network, own));
  return reached.some((network) => network.url === url) ? url : (reached[0]?.url ?? url);
}

/** Two computers may have the same address in networks of their own, such as those of virtual machines. */
function isOwn(url: string, own: readonly OwnAddress[]): boolean {
  const host = hostOf(url);
  return own.some((each) => each.host === host);
}

function isNear({ url, prefix }: NetworkUrl, own: readonly OwnAddress[]): boolean {
  const host = bareHost(hostOf(url));
  const family = isIP(host);
  if (family === 0) return false;
  const network = new BlockList();
  network.addSubnet(host, prefix, family === 6 ? "ipv6" : "ipv4");
  return own.some(
    (each) => each.family === family && network.check(bareHost(each.host), family === 6 ? "ipv6" : "ipv4"),
  );
}

function hostOf(url: string): string {
  const address = parseAddress(url);
  return address.scheme === "tcp" ? address.host : "";
}

/** As messages hold them; nothing where there is one way only. */
export function networksField(networks: readonly NetworkUrl[] | undefined): Fields {
  if (networks === undefined || networks.length === 0) return {};
  return { networks: networks.map(({ url, prefix }) => ({ addr: url, prefix })) };
}

/**
 * Reads what {@link networksField} wrote; an empty list where there is nothing.
 *
 * @throws MalformedMessageError if it is something else.
 */
export function networksOf({ networks }: Fields): readonly NetworkUrl[] {
  if (networks === undefined || networks === null) return [];
  if (!Array.isArray(networks) || networks.length > MAX_NETWORKS) {
    throw new MalformedMessageError(`"networks" is no list of up to ${MAX_NETWORKS} addresses`);
  }
  return networks.map(networkOf);
}

function networkOf(network: unknown): NetworkUrl {
  if (!isObject(network)) throw new MalformedMessageError("a network is no object");
  const url = addressField(network, "addr");
  const { prefix } = network;
  const longest = isIP(bareHost(hostOf(url))) === 6 ? 128 : 32;
  if (typeof prefix === "number" && Number.isInteger(prefix) && prefix >= 0 && prefix <= longest) {
    return { url, prefix };
  }
  throw new MalformedMessageError('"prefix" is no number of bits');
}
