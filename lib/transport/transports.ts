import { AddressError } from "../errors";
import { type Logger } from "../log/logger";
import { type ClientTransport } from "./connection";
import {
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type ServerTransport,
} from "./endpoint";

/** A transport as it registers itself. Each side is loaded when it is first used. */
export interface Transport {
  /** Of the URLs that it serves and connects to, without the colon. */
  readonly schemes: readonly string[];
  client(): ClientTransport;
  server(): ServerTransport;
  /**
   * The URL in its usual form.
   *
   * @throws AddressError if nothing can be connected to there.
   */
  checkedUrl(url: string): string;
  /** The URL as it is told to people: without what lets in. Left out: as it is. */
  shownUrl?(url: string): string;
  /** Whether who is connected at a URL may go over to the local road. Left out: never. */
  leadsToLocalRoad?(url: string): boolean;
  /**
   * What the transport makes of a client's `security` option and of the environment; once a channel.
   *
   * @throws KeyError if keys cannot be used.
   */
  resolveClientSecurity?(option: unknown): unknown;
}

const transports = new Map<string, Transport>();

/** Adds a transport for its schemes; one that is registered for a scheme later replaces the one before. */
export function registerTransport(transport: Transport): void {
  for (const scheme of transport.schemes) transports.set(scheme, transport);
}

/**
 * The transport of a URL, by its scheme.
 *
 * @throws AddressError for a URL without a known scheme.
 */
export function transportOf(url: string): Transport {
  const scheme = schemeOf(url);
  const transport = transports.get(scheme);
  if (transport !== undefined) return transport;
  // Where there is one for the network, it says what an address looks like.
  transports.get("tcp")?.checkedUrl(url);
  if (scheme === "") {
    const known = [...transports.keys()].map((each) => `${each}://`);
    throw new AddressError(`"${url}" is no address: expected one that begins with ${known.join(" or ")}`);
  }
  throw new AddressError(`"${url}" cannot be used: no transport for ${scheme}: is registered here`);
}

/**
 * What every registered transport makes of a `security` option.
 *
 * @throws KeyError if keys cannot be used.
 */
export function resolveClientSecurity(option: unknown): ReadonlyMap<Transport, unknown> {
  return new Map(
    [...new Set(transports.values())].map((transport) => [
      transport,
      transport.resolveClientSecurity?.(option),
    ]),
  );
}

/**
 * Serves at a URL; its scheme chooses the transport.
 *
 * @throws AddressError if it cannot be bound, KeyError if its keys cannot be used.
 */
export function openEndpoint(
  url: string,
  handler: RequestHandler,
  options: EndpointOptions,
  log: Logger,
): Promise<RpcEndpoint> {
  return transportOf(url).server().listen(url, handler, options, log);
}

function schemeOf(url: string): string {
  const end = url.indexOf("://");
  return end < 0 ? "" : url.slice(0, end);
}
