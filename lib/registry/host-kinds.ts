const WILDCARDS: ReadonlySet<string> = new Set(["*", "0.0.0.0", "[::]"]);

/** Whether a server bound to this host listens at every interface. */
export function isWildcardHost(host: string): boolean {
  return WILDCARDS.has(host);
}

/** Whether this host means nothing but the computer where it is written. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Loopback in the family of a wildcard. */
export function loopbackHostFor(wildcard: string): string {
  return wildcard.startsWith("[") ? "[::1]" : "127.0.0.1";
}
