import { DEFAULT_HEARTBEAT_MS } from "../heartbeat";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";

/** What ZeroMQ calls a size without limit. */
const UNLIMITED = -1;

interface Limits {
  readonly maxMessageBytes?: number | undefined;
  readonly heartbeatMs?: number | undefined;
}

/** Signals that a slow subscriber may lag behind before it misses some (and is told so by their numbers). */
export const DEFAULT_SIGNAL_HIGH_WATER_MARK = 10_000;

/**
 * Replies that are handed to the socket for a client before it takes one. Few, since a reply may be a camera's frame;
 * small ones leave in batches, so that these are many replies.
 */
export const DEFAULT_REPLY_HIGH_WATER_MARK = 64;

/**
 * The same for sockets of ZeroMQ's own, which bounds what it holds in number only: fewer, so that more waits in the
 * queue of replies, which is bounded in bytes.
 */
export const DEFAULT_ZEROMQ_REPLY_HIGH_WATER_MARK = 8;

/** Requests of one client that ZeroMQ reads ahead; the others wait at the client. */
export const REQUEST_HIGH_WATER_MARK = 8;

/** What a client may leave unread besides, where the user sets no limit. */
export const DEFAULT_MAX_UNREAD_REPLY_BYTES = 64 * 1024 * 1024;

/** A peer that connects but does not shake hands is dropped after this time, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * The same for sockets of ZeroMQ's own, which takes commands of the largest size already from strangers: it may be no
 * longer than clients wait.
 */
const ZEROMQ_HANDSHAKE_TIMEOUT_MS = 3_000;

/** What every socket towards a peer has: a bound on what comes in, heartbeats, and nothing that lingers. */
export function peerSocketOptions(
  url: string,
  { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, heartbeatMs = DEFAULT_HEARTBEAT_MS }: Limits,
) {
  return {
    linger: 0,
    handshakeInterval: ZEROMQ_HANDSHAKE_TIMEOUT_MS,
    ipv6: url.includes("["),
    maxMessageSize: Number.isFinite(maxMessageBytes) ? maxMessageBytes : UNLIMITED,
    // A loss is noticed at the latest one interval and one timeout after the last word.
    heartbeatInterval: Math.ceil(heartbeatMs * 0.4),
    heartbeatTimeout: Math.ceil(heartbeatMs * 0.6),
    heartbeatTimeToLive: heartbeatMs,
  };
}

/** A connection whose other side is gone is ended by the system after so many seconds, and as many lost probes. */
export const KEEPALIVE_IDLE_S = 5;
const KEEPALIVE_INTERVAL_S = 1;
const KEEPALIVE_PROBES = 5;

/** What is not taken for this long, though it was sent, never will be, in milliseconds. */
export const UNTAKEN_MS = 120_000;

const KEEPALIVE = {
  tcpKeepalive: 1,
  tcpKeepaliveIdle: KEEPALIVE_IDLE_S,
  tcpKeepaliveInterval: KEEPALIVE_INTERVAL_S,
  tcpKeepaliveCount: KEEPALIVE_PROBES,
  tcpMaxRetransmitTimeout: UNTAKEN_MS,
} as const;

/**
 * What a server has towards its clients: no heartbeats of its own. Those of the clients are answered, and say when a
 * client counts as lost. Where a client leaves while its requests fill its queue, the next heartbeat of this side would
 * end the process.
 */
export function callSocketOptions(url: string, limits: Limits) {
  return { ...peerSocketOptions(url, limits), heartbeatInterval: 0, ...KEEPALIVE };
}

/**
 * What both ends of the signals have: no heartbeats. A subscriber whose queue is full reads nothing, no heartbeat
 * either; that ends its process where ZeroMQ's timers meet it, and says nothing about the peer.
 */
export function signalSocketOptions(url: string, limits: Limits) {
  return {
    ...peerSocketOptions(url, limits),
    heartbeatInterval: 0,
    heartbeatTimeToLive: 0,
    ...KEEPALIVE,
  };
}
