import { formatAddress, parseAddress } from "./address";
import { isWildcardHost, loopbackHostFor } from "./hosts";

/** Where processes of this computer reach what is served at a URL: loopback in the place of a wildcard. */
export function localUrl(url: string): string {
  const address = parseAddress(url);
  if (address.scheme !== "tcp" || !isWildcardHost(address.host)) return url;
  return formatAddress({ ...address, host: loopbackHostFor(address.host) });
}
