import { type ClientOptions } from "../../client/rpc-client";
import { type Security } from "../keys/chosen-keys";
import { commandLogger } from "../program/command-logger";
import { type Session } from "../program/session";

/** A device that is asked who it is, and says nothing for this long, is not reachable, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 3_000;

/** How every connection to a device is made. Whoever looks at a device by hand is no program that a change breaks. */
export function connectionOptions({ output }: Session, security: Security): ClientOptions {
  return {
    ...security,
    logger: commandLogger(output),
    handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
    tellUse: false,
  };
}
