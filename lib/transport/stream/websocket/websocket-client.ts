import { WebSocket } from "ws";
import { formatWebAddress, parseWebAddress, portToConnect } from "../../../address/web-address";
import { AuthenticationError, messageOf } from "../../../errors";
import { OUT_OF_FILES } from "../../../open-files";
import { hasCode } from "../../../system-error";
import { type ClientTransport, type ConnectionOptions } from "../../connection";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { StreamConnection } from "../stream-connection";
import { SUBPROTOCOL } from "../websocket-messages";
import { pemText } from "./pem";
import { WEBSOCKET_OPTIONS, WebSocketCarrier } from "./websocket-carrier";

/** A server that takes the connection but does not answer is given up after this time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** The client's side of WebSocket, on Node. */
export const webSocketClient: ClientTransport = {
  async connect(url, _protocol, receiver, options, signal) {
    const socket = await connected(url, options, signal);
    const { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
    const token = options.token ?? process.env.RIGWIRE_TOKEN;
    return StreamConnection.open(
      url,
      (carrierReceiver) => new WebSocketCarrier(socket, carrierReceiver),
      receiver,
      { maxMessageBytes, heartbeatMs, token },
      signal,
    );
  },
};

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["ECONNREFUSED", "connection refused"],
  ["ENOTFOUND", "the host is not known"],
  ["EHOSTUNREACH", "the host cannot be reached"],
  OUT_OF_FILES,
];

/** Codes of certificates that are not trusted. */
const UNTRUSTED = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
];

function connected(
  url: string,
  { ca }: Pick<ConnectionOptions, "ca">,
  signal: AbortSignal,
): Promise<WebSocket> {
  const address = parseWebAddress(url);
  const target = formatWebAddress({ ...address, port: portToConnect(address) });
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target, [SUBPROTOCOL], {
      ...WEBSOCKET_OPTIONS,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      followRedirects: false,
      ...(ca !== undefined && { ca: pemText(ca, "the certificate of the authority (ca)") }),
    });
    const end = () => socket.terminate();
    signal.addEventListener("abort", end, { once: true });
    // Kept: ending an attempt fails it once more.
    socket.on("error", (error) => {
      signal.removeEventListener("abort", end);
      reject(connectError(error));
    });
    socket.once("open", () => {
      signal.removeEventListener("abort", end);
      resolve(socket);
    });
  });
}

function connectError(error: Error): Error {
  const message = messageOf(error);
  if (UNTRUSTED.some((code) => hasCode(error, code))) {
    return new AuthenticationError(
      `the server's certificate is not trusted: ${message}; give its authority's certificate as ca`,
      "untrusted-certificate",
      {},
      { cause: error },
    );
  }
  const status = /^Unexpected server response: (\d+)$/.exec(message)?.[1];
  if (status === "403") {
    return new Error("the server does not take connections from this page or host (origins)", {
      cause: error,
    });
  }
  if (status !== undefined) {
    return new Error(`no device answers there, but a web server: HTTP ${status}`, { cause: error });
  }
  const known = REASONS.find(([code]) => hasCode(error, code));
  return new Error(known?.[1] ?? message, { cause: error });
}
