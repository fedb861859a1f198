/**
 * A ROUTER does not tell when a client goes, but refuses to send to one that is gone. A client that says it may be
 * probed gets an empty message now and then while the server works for it. Originals are never probed: to a REQ
 * socket that waits for its reply it would be one.
 */

/** The inventory feature of servers that take a client's word on it. */
export const PRESENCE_FEATURE = "presence";

/** The one frame, without an envelope, by which a client says that it may be probed. A server of 0.1 drops it. */
export const PRESENCE = "rigwire:present";

/** What a client that may be probed gets, behind its identity: an envelope and a body without anything in them. */
export const PROBE = ["", ""] as const;
