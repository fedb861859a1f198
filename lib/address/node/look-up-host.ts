import { lookup } from "node:dns/promises";
import { bareHost } from "../hosts";

export type AddressFamily = 4 | 6;

/** What a host name means, or an address as it is. */
export interface HostAddress {
  /** An IP address, without brackets. */
  readonly address: string;
  readonly family: AddressFamily;
}

/**
 * All addresses that a host name means on this computer, those of IPv4 first.
 *
 * @throws The system's error, such as `ENOTFOUND`, if the name has none.
 */
export async function lookUpHosts(host: string): Promise<readonly HostAddress[]> {
  const found = await lookup(bareHost(host), { verbatim: false, all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/**
 * The address that a host name means on this computer: IPv4 where it has both, which is what servers listen at where
 * they are told nothing else.
 *
 * @param family - The only family that will do.
 * @throws The system's error, such as `ENOTFOUND`, if the name has no address, or none of that family.
 */
export async function lookUpHost(host: string, family?: AddressFamily): Promise<HostAddress> {
  const found = await lookup(bareHost(host), { verbatim: false, family: family ?? 0 });
  return { address: found.address, family: found.family === 6 ? 6 : 4 };
}
