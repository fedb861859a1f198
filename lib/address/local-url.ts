import { formatAddress, parseAddress } from "./address";
import { isWildcardHost, loopbackHostFor } from "./hosts";
import { formatWebAddress, isWebUrl, parseWebAddress } from "./web-address";

/** Where processes of this computer reach what is served at a URL: loopback in the place of a wildcard. */
export function localUrl(url: string): string {
  if (isWebUrl(url)) {
    const address = parseWebAddress(url);
    if (!isWildcardHost(address.host)) return url;
    return formatWebAddress({ ...address, host: loopbackHostFor(address.host) });
  }
  if (!url.startsWith("tcp://")) return url;
  const address = parseAddress(url);
  if (address.scheme !== "tcp" || !isWildcardHost(address.host)) return url;
  return formatAddress({ ...address, host: loopbackHostFor(address.host) });
}
