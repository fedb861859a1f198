import { type ServedRequest } from "./served-request";

/** Takes a request; it is ended through the request itself. Must not throw. */
export type Handler = (request: ServedRequest) => void;

/**
 * One thing that is done with every request for a member on its way to the device, such as a limit: it passes the
 * request on, or ends it.
 */
export type Link = (next: Handler) => Handler;

/** The way of every request: through the links, the first outermost, to the device. */
export function pipeline(links: readonly Link[], device: Handler): Handler {
  return links.reduceRight((next, link) => link(next), device);
}
