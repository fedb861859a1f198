import { XPublisher } from "zeromq";
import { type BurstLog } from "../../log/burst-log";
import { type EndpointOptions } from "../endpoint";
import { type EndpointGuard } from "./endpoint-guard";
import { makeSocket } from "./make-socket";
import { type PublisherSocket } from "./publisher-socket";
import { DEFAULT_SIGNAL_HIGH_WATER_MARK, HANDSHAKE_TIMEOUT_MS, signalSocketOptions } from "./socket-options";
import { speaksPlainly } from "./speaks-plainly";
import { ZeroMqPublisher } from "./zeromq-publisher";
import { PlainPublisher } from "./zmtp/plain-publisher";

/** The socket that publishes the signals of an endpoint. */
export function makePublisher(
  url: string,
  options: EndpointOptions,
  guard: EndpointGuard,
  log: BurstLog,
): PublisherSocket {
  const security = guard.socketOptions(url);
  const { signalHighWaterMark: highWaterMark = DEFAULT_SIGNAL_HIGH_WATER_MARK } = options;
  if (security === undefined && speaksPlainly(url)) {
    return new PlainPublisher({
      highWaterMark,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      onTopicRefused: () => log.warn({}, "a subscriber has more topics than are taken; the rest is ignored"),
    });
  }
  const socketOptions = {
    ...signalSocketOptions(url, options),
    ...security,
    verbosity: "allSubs" as const,
    sendTimeout: 0,
    sendHighWaterMark: highWaterMark,
  };
  const socket = makeSocket(() => new XPublisher(socketOptions));
  return new ZeroMqPublisher(
    socket,
    (error) => log.warn({ err: error }, "a signal could not be published"),
    () => log.warn({}, "subscribers do not read: everybody misses large signals until they do, or are gone"),
  );
}
