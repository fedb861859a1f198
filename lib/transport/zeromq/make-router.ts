import { DEFAULT_HEARTBEAT_MS } from "../heartbeat";
import { Router } from "zeromq";
import { type EndpointOptions } from "../endpoint";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";
import { type CallSocket } from "./call-socket";
import { type EndpointGuard } from "./endpoint-guard";
import { makeSocket } from "./make-socket";
import {
  callSocketOptions,
  DEFAULT_REPLY_HIGH_WATER_MARK,
  DEFAULT_ZEROMQ_REPLY_HIGH_WATER_MARK,
  HANDSHAKE_TIMEOUT_MS,
  REQUEST_HIGH_WATER_MARK,
} from "./socket-options";
import { speaksPlainly } from "./speaks-plainly";
import { ZeroMqRouter } from "./zeromq-router";
import { PlainRouter } from "./zmtp/plain-router";

/** The socket that takes the requests of an endpoint. */
export function makeRouter(url: string, options: EndpointOptions, guard: EndpointGuard): CallSocket {
  const security = guard.socketOptions(url);
  const {
    heartbeatMs = DEFAULT_HEARTBEAT_MS,
    maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
    replyHighWaterMark,
  } = options;
  if (security === undefined && speaksPlainly(url)) {
    const handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS;
    const highWaterMark = replyHighWaterMark ?? DEFAULT_REPLY_HIGH_WATER_MARK;
    return new PlainRouter({ heartbeatMs, maxMessageBytes, highWaterMark, handshakeTimeoutMs });
  }
  // Replies must not be discarded at a full pipe, as a ROUTER does by default, nor hold up those to other clients:
  // it refuses them at once, and they wait in the queue.
  const mandatory = { mandatory: true, sendTimeout: 0 };
  const highWaterMarks = {
    sendHighWaterMark: replyHighWaterMark ?? DEFAULT_ZEROMQ_REPLY_HIGH_WATER_MARK,
    receiveHighWaterMark: REQUEST_HIGH_WATER_MARK,
  };
  const socketOptions = { ...callSocketOptions(url, options), ...security, ...mandatory, ...highWaterMarks };
  return new ZeroMqRouter(makeSocket(() => new Router(socketOptions)));
}
