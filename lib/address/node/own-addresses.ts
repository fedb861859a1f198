import { networkInterfaces } from "node:os";
import { isLoopbackHost, isSameHost, isWildcardHost, urlHost } from "../hosts";
import { type AddressFamily } from "./look-up-host";

/** An address of this computer in a network. */
export interface OwnAddress {
  /** As the host of a URL. */
  readonly host: string;
  readonly family: AddressFamily;
  /** How many bits name the network. */
  readonly prefix: number;
}

/** The addresses of one interface only, which mean nothing without its name (RFC 4291). */
const LINK_LOCAL_IPV6 = /^fe[89ab]/i;

/** The addresses by which other computers may know this one. */
export function ownAddresses(): readonly OwnAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !LINK_LOCAL_IPV6.test(address))
    .map(({ address, family, cidr }) => ({
      host: urlHost(address),
      family: family === "IPv6" ? 6 : 4,
      prefix: Number(cidr?.split("/")[1] ?? (family === "IPv6" ? 128 : 32)),
    }));
}

/** IPv4 within IPv6, as a system writes it for sockets of both (RFC 4291). */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** Whether a host is an address of this computer, or loopback; false for names. */
export function isOwnHost(host: string): boolean {
  const address = host.replace(MAPPED, "");
  if (isLoopbackHost(address) || isWildcardHost(address)) return true;
  return ownAddresses().some((own) => isSameHost(own.host, address));
}
