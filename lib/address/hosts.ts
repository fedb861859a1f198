const UNSPECIFIED: ReadonlySet<string> = new Set(["*", "0.0.0.0", "[::]", "::", "[::0]"]);

/** IPv4, written as itself or within IPv6. */
const LOOPBACK_IPV4 = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/;

/** Whether a server bound to this host listens at every interface: a wildcard, or the unspecified address. */
export function isWildcardHost(host: string): boolean {
  return UNSPECIFIED.has(host);
}

/** Whether a host means nothing but the computer where it is written; with or without the brackets of IPv6. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || LOOPBACK_IPV4.test(bare);
}

/** Loopback in the family of a wildcard. */
export function loopbackHostFor(wildcard: string): string {
  return wildcard.includes(":") ? "[::1]" : "127.0.0.1";
}
