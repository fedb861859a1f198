import { formatAddress, parseAddress } from "../../address/address";

/**
 * Where a server publishes, from where it is called: on TCP another port of the same host (plantimager RPC); on the
 * transports without ports, the same name with an ending.
 */
export function signalAddress(url: string, port: number): string {
  const address = parseAddress(url);
  return address.scheme === "tcp" ? formatAddress({ ...address, port }) : `${url}.signals`;
}
