import { MalformedMessageError, RegistryRefusedError, RegistryUnsupportedError } from "../errors";
import { type Ask, type ChannelProtocol } from "../transport/rpc-channel";
import { type ReceivedReply } from "../wire/message";
import { CHANGE_BEGINNING } from "./device-change";
import { decodeRegistryReply, type RegistryReply } from "./registry-reply";
import { encodeRegistryRequest, type RegistryRequest } from "./registry-request";

/** Requests to a registry: nothing has to be known of it, so an original gets no message that it does not know. */
export const requestProtocol: ChannelProtocol<undefined> = {
  handshake: () => Promise.resolve(undefined),
  announcement: () => undefined,
  beginningOf: () => CHANGE_BEGINNING,
  askSignalPort: () => Promise.reject(new Error("registries are watched over channels of their own")),
  confirmSubscriptions: () => Promise.resolve(),
};

/** What a registry says to those who want to watch. */
export type WatchedRegistry =
  | { readonly canBeWatched: true; readonly signalPort: number }
  /** An original. */
  | { readonly canBeWatched: false };

/** Watching a registry: it tells where changes are published, and when it sees that they are subscribed. */
export const watchProtocol: ChannelProtocol<WatchedRegistry> = {
  async handshake(ask) {
    const reply = await askWatch(ask, undefined);
    if (reply.event === "UNSUPPORTED") return { canBeWatched: false };
    return { canBeWatched: true, signalPort: expectReply(reply, "WATCH_ACK", "WATCH").signalPort };
  },
  announcement: (registry) =>
    registry.canBeWatched ? { signalPort: registry.signalPort, features: [] } : undefined,
  beginningOf: () => CHANGE_BEGINNING,
  askSignalPort: () => Promise.reject(unsupported("WATCH")),
  async confirmSubscriptions(_registry, ask, token) {
    expectReply(await askWatch(ask, token), "WATCH_ACK", "WATCH");
  },
};

async function askWatch(ask: Ask, token: string | undefined): Promise<RegistryReply> {
  return replyOf(await ask(encodeRegistryRequest({ event: "WATCH", token }), "WATCH"));
}

/**
 * @throws MalformedMessageError for what is no reply of a registry.
 */
export function replyOf(frames: ReceivedReply): RegistryReply {
  const [frame] = frames;
  if (frame === undefined || frames.length > 1) {
    throw new MalformedMessageError(`a registry's reply has one frame, this one has ${frames.length}`);
  }
  return decodeRegistryReply(frame);
}

/**
 * The reply that a request is to have.
 *
 * @throws RegistryUnsupportedError, RegistryRefusedError, or MalformedMessageError if it is another.
 */
export function expectReply<E extends RegistryReply["event"]>(
  reply: RegistryReply,
  expected: E,
  asked: RegistryRequest["event"],
): Extract<RegistryReply, { event: E }> {
  if (isReply(reply, expected)) return reply;
  if (reply.event === "UNSUPPORTED") throw unsupported(asked);
  if (reply.event === "ACK" && !reply.success) {
    throw new RegistryRefusedError(
      `the registry refused ${asked}: ${reply.reason === "" ? "it gave no reason" : reply.reason}`,
    );
  }
  throw new MalformedMessageError(`the registry answered ${asked} with ${reply.event}`);
}

function isReply<E extends RegistryReply["event"]>(
  reply: RegistryReply,
  expected: E,
): reply is Extract<RegistryReply, { event: E }> {
  return reply.event === expected;
}

/** What an original answers to an addition, as an error. */
export function unsupported(asked: RegistryRequest["event"]): RegistryUnsupportedError {
  const cure =
    "an original registry can neither list devices nor tell of changes; run rigwire's in its place";
  return new RegistryUnsupportedError(`the registry does not support ${asked}: ${cure}`);
}
