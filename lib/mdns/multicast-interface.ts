import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import { MdnsUnavailableError } from "../errors";

/** An address of this computer at one interface. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: 4 | 6;
  /** How many bits name the network. */
  readonly prefix: number;
}

/** A way from this computer into a network. */
export interface MulticastInterface {
  /** Such as `eth0`. */
  readonly name: string;
  readonly isLoopback: boolean;
  readonly addresses: readonly InterfaceAddress[];
}

/** Addresses that mean nothing without the interface (RFC 4291). */
export const LINK_LOCAL_IPV6 = /^fe[89ab][0-9a-f]:/i;

/**
 * The interfaces that are to be used, as the system has them now.
 *
 * @param chosen - Names or addresses. Default: all, loopback only where there is no other.
 */
export function multicastInterfaces(chosen?: readonly string[]): readonly MulticastInterface[] {
  const all = allInterfaces();
  if (chosen !== undefined) return all.filter((each) => chosen.some((name) => isNamed(each, name)));
  const outward = all.filter(({ isLoopback }) => !isLoopback);
  return outward.length > 0 ? outward : all;
}

/**
 * @throws {@link MdnsUnavailableError} - One of the names is no interface's.
 */
export function requireInterfaces(chosen: readonly string[] | undefined): void {
  const all = allInterfaces();
  const unknown = chosen?.find((name) => !all.some((each) => isNamed(each, name)));
  if (unknown === undefined && chosen?.length !== 0) return;
  const known = all.map(
    ({ name, addresses }) => `${name} (${addresses.map(({ address }) => address).join(", ")})`,
  );
  throw new MdnsUnavailableError(
    `${unknown === undefined ? "no interface is named" : `there is no interface "${unknown}"`} for mDNS: ` +
      `this computer has ${known.join(", ")}`,
  );
}

/** Asked of every message and every address that is heard. */
const networksOf = new WeakMap<MulticastInterface, BlockList>();

/** Whether an address is one of a network that the interface is in; a link-local one has its interface behind a `%`. */
export function isOnLink(face: MulticastInterface, address: string): boolean {
  const { name, addresses } = face;
  const [bare = "", zone] = address.split("%");
  const family = bare.includes(":") ? 6 : 4;
  if (zone !== undefined && zone !== name) return false;
  if (LINK_LOCAL_IPV6.test(bare)) return addresses.some((own) => LINK_LOCAL_IPV6.test(own.address));
  const networks = networksOf.get(face) ?? blockList(addresses);
  networksOf.set(face, networks);
  return networks.check(bare, family === 6 ? "ipv6" : "ipv4");
}

function blockList(addresses: readonly InterfaceAddress[]): BlockList {
  const networks = new BlockList();
  for (const { address, prefix, family } of addresses) {
    networks.addSubnet(address, prefix, family === 6 ? "ipv6" : "ipv4");
  }
  return networks;
}

function isNamed({ name, addresses }: MulticastInterface, wanted: string): boolean {
  return name === wanted || addresses.some(({ address }) => address === wanted);
}

function allInterfaces(): readonly MulticastInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    if (addresses.length === 0) return [];
    return {
      name,
      isLoopback: addresses.every(({ internal }) => internal),
      addresses: addresses.map(({ address, family, cidr }) => ({
        address,
        family: family === "IPv6" ? 6 : 4,
        prefix: Number(cidr?.split("/")[1] ?? (family === "IPv6" ? 128 : 32)),
      })),
    };
  });
}
