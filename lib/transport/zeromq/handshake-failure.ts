import { type Plain } from "../../security/credentials";
import { type EventOfType } from "zeromq";
import { AuthenticationError } from "../../errors";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { peerMechanism } from "./peer-mechanism";
import { closesAgain } from "./second-handshake";

/** The events that end a handshake. */
export type HandshakeFailure = EventOfType<
  "disconnect" | "handshake:error:protocol" | "handshake:error:auth" | "handshake:error:other"
>;

const NOT_ALLOWED = 400;
const NO_ROOM = 500;

/**
 * What became of a handshake that failed.
 *
 * @param security - The client's.
 * @param url - Where the peer is, with the host as a number.
 * @returns AuthenticationError where the keys are the reason, with the cure; any other Error where they are not.
 */
export async function handshakeError(
  event: HandshakeFailure,
  url: string,
  security: ResolvedClientSecurity | Plain,
): Promise<Error> {
  const hasKeys = security !== "plain";
  switch (event.type) {
    case "handshake:error:auth":
      if (hasKeys && event.error.status === NOT_ALLOWED) return notAllowed(security);
      if (hasKeys && event.error.status === NO_ROOM) {
        return new Error(
          "the device has no room for another client: its process may open too few files (ulimit -n)",
        );
      }
      return new Error(`the peer could not check this client's key: ${event.error.message}`);
    case "handshake:error:protocol":
      if (event.error.code === "ERR_ZMTP_MECHANISM_MISMATCH") return mismatch(hasKeys);
      if (hasKeys && event.error.code === "ERR_ZMTP_CRYPTOGRAPHIC") return otherKey(security);
      return new Error(`the peer speaks another protocol: ${event.error.code}`);
    case "handshake:error:other":
    case "disconnect":
      // The peer closed, which is all that ZeroMQ tells.
      return closedByPeer(url, security);
  }
}

async function closedByPeer(url: string, security: ResolvedClientSecurity | Plain): Promise<Error> {
  const mechanism = await peerMechanism(url);
  if (security !== "plain" && mechanism === "CURVE" && !(await closesAgain(url, security))) {
    return new Error("the connection was closed during the security handshake");
  }
  return closedError(security, mechanism);
}

/**
 * What it means that a peer closed the connection before it had shaken hands.
 *
 * @param mechanism - How the peer secures its connections; nothing where it speaks no ZMTP.
 */
export function closedError(security: ResolvedClientSecurity | Plain, mechanism: string | undefined): Error {
  const hasKeys = security !== "plain";
  switch (mechanism) {
    case undefined:
      return new Error("the peer is no device");
    case "NULL":
      return hasKeys ? mismatch(hasKeys) : new Error("the peer closed the connection");
    case "CURVE":
      return hasKeys ? otherKey(security) : mismatch(hasKeys);
    default:
      return new AuthenticationError(
        `the device wants ${mechanism}, which rigwire does not speak`,
        "other-mechanism",
      );
  }
}

function notAllowed({ keys }: ResolvedClientSecurity): AuthenticationError {
  return new AuthenticationError(
    `the device does not allow this client's key: put it among its allowed keys: public ${keys.publicKey} ` +
      "(allow, RIGWIRE_ALLOW); or, in a rig with one pair of keys, give this client that pair",
    "client-not-allowed",
  );
}

function mismatch(hasKeys: boolean): AuthenticationError {
  return new AuthenticationError(
    hasKeys
      ? 'the device has no keys: give it some (security: { keys, allow }), or say security: "plain" here to talk openly'
      : "the device talks only to clients with keys: give this client some (security: { keys, serverKey }, or " +
          "RIGWIRE_KEYS and RIGWIRE_SERVER_KEY)",
    hasKeys ? "server-without-keys" : "client-without-keys",
  );
}

/** A server that cannot read the first message closes without a word: so it does where it was meant for another. */
function otherKey({ keys, serverKey }: ResolvedClientSecurity): AuthenticationError {
  const cure =
    serverKey === keys.publicKey
      ? "this client expects its own pair of keys there: give both the same key file, or this client the device's " +
        "public key (serverKey, RIGWIRE_SERVER_KEY)"
      : `it expects ${serverKey}: give this client the device's public key (serverKey, RIGWIRE_SERVER_KEY)`;
  return new AuthenticationError(
    `closed during the security handshake: most likely the device's public key is not the expected serverKey; ${cure}`,
    "unexpected-server",
  );
}
