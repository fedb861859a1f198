import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type ConnectionOptions } from "../connection";
import { type SignalReceiver, type SignalSocket } from "./signal-socket";
import { speaksPlainly } from "./speaks-plainly";
import { ZeroMqSubscriber } from "./zeromq-subscriber";
import { PlainSubscriber } from "./zmtp/plain-subscriber";

/** The socket that a client gets its signals over. */
export function makeSubscriber(
  url: string,
  options: ConnectionOptions,
  security: ResolvedClientSecurity | Plain,
  receiver: SignalReceiver,
): SignalSocket {
  return security === "plain" && speaksPlainly(url)
    ? new PlainSubscriber(url, options, receiver)
    : new ZeroMqSubscriber(url, options, security, receiver);
}
