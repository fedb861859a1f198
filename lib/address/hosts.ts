/** Every interface: ZeroMQ's sign for it, the unspecified address of IPv4, of IPv6, and of IPv4 within IPv6. */
const WILDCARDS: ReadonlySet<string> = new Set(["*", "0.0.0.0", "::", "::ffff:0:0"]);

/** 127.0.0.0/8 (RFC 1122), also within IPv6, where 127 is the hexadecimal 7f. */
const LOOPBACK_RANGE = /^(?:127(?:\.\d{1,3}){3}|::ffff:7f[\da-f]{2}:[\da-f]{1,4})$/;

/** IPv4 within IPv6 (RFC 4291), in the shortest form. */
const MAPPED_IPV4 = "::ffff:";

/** Whether a server bound to this host listens at every interface; with or without the brackets of IPv6. */
export function isWildcardHost(host: string): boolean {
  return WILDCARDS.has(shortest(host));
}

/** Whether a host means nothing but the computer where it is written; with or without the brackets of IPv6. */
export function isLoopbackHost(host: string): boolean {
  const short = shortest(host);
  return short === "localhost" || short === "::1" || LOOPBACK_RANGE.test(short);
}

/** Whether two hosts are one, however they are written. */
export function isSameHost(one: string, other: string): boolean {
  return shortest(one) === shortest(other);
}

/** Loopback in the family of a wildcard, as the host of a URL. */
export function loopbackHostFor(wildcard: string): string {
  const short = shortest(wildcard);
  return short.includes(":") && !short.startsWith(MAPPED_IPV4) ? "[::1]" : "127.0.0.1";
}

/** A host as sockets take it: an address of IPv6 without its brackets. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** A host as URLs hold it: an address of IPv6 in brackets. */
export function urlHost(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** One way of writing for every host, so that hosts can be compared: in lower case, IPv6 in its shortest form. */
function shortest(host: string): string {
  const bare = bareHost(host).toLowerCase();
  if (!bare.includes(":")) return bare.replace(/\.$/, "");
  const withoutZone = bare.replace(/%.*$/, "");
  const url = `http://[${withoutZone}]`;
  return URL.canParse(url) ? bareHost(new URL(url).hostname) : withoutZone;
}
