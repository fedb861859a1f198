import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { type ClientTransport } from "../connection";
import { DealerConnection } from "./dealer-connection";

/** The client's side of ZeroMQ. */
export const zeroMqClient: ClientTransport = {
  connect(url, protocol, receiver, options, signal) {
    const security = (options.security ?? "plain") as ResolvedClientSecurity | Plain;
    return DealerConnection.open(url, protocol, receiver, options, security, signal);
  },
};
