import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type ConnectionOptions } from "../connection";
import { type ReplyReceiver, type RequestSocket } from "./request-socket";
import { speaksPlainly } from "./speaks-plainly";
import { ZeroMqDealer } from "./zeromq-dealer";
import { PlainDealer } from "./zmtp/plain-dealer";

/** The socket that a client calls a server over. */
export function makeDealer(
  target: string,
  options: ConnectionOptions,
  security: ResolvedClientSecurity | Plain,
  receiver: ReplyReceiver,
): RequestSocket {
  return security === "plain" && speaksPlainly(target)
    ? new PlainDealer(target, options, receiver)
    : new ZeroMqDealer(target, options, security, receiver);
}
