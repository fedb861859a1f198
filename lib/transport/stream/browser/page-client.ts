import { messageOf } from "../../../errors";
import { deferred } from "../../../time/deferred";
import { withDeadline } from "../../../time/with-deadline";
import { type ClientTransport } from "../../connection";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { StreamConnection } from "../stream-connection";
import { SUBPROTOCOL } from "../websocket-messages";
import { PageCarrier } from "./page-carrier";
import { Turns } from "./turns";

/**
 * A server that takes the connection but does not answer is given up after this time, in milliseconds. Chromium keeps a
 * WebSocket back for up to 5 s where several did not open before; one that is given up meanwhile counts as another.
 */
const CONNECT_TIMEOUT_MS = 8_000;

/** Chromium keeps a WebSocket back the longer the more of them are opening: up to 5 s from the fifteenth on. */
const handshakes = new Turns();

/** The client's side of WebSocket, by the browser's own. */
export const pageClient: ClientTransport = {
  async connect(url, _protocol, receiver, options, signal) {
    const { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS, token } = options;
    const socket = await opened(url, signal);
    return StreamConnection.open(
      url,
      (carrierReceiver) => new PageCarrier(socket, carrierReceiver),
      receiver,
      { maxMessageBytes, heartbeatMs, token },
      signal,
    );
  },
};

async function opened(url: string, signal: AbortSignal): Promise<WebSocket> {
  const over = await handshakes.next();
  try {
    return await openedNow(url, signal);
  } finally {
    over();
  }
}

async function openedNow(url: string, signal: AbortSignal): Promise<WebSocket> {
  if (signal.aborted) throw new Error("the client closed");
  const socket = makeSocket(url);
  socket.binaryType = "arraybuffer";
  const open = deferred();
  socket.onopen = () => open.resolve();
  socket.onerror = socket.onclose = () => open.reject(new Error(notConnected(url)));
  const end = () => open.reject(new Error("the client closed"));
  signal.addEventListener("abort", end, { once: true });
  try {
    await withDeadline(open.promise, CONNECT_TIMEOUT_MS, () => {
      throw new Error("no answer");
    });
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** @throws Error where the browser forbids it, as `ws:` on a page that came over `https:`. */
function makeSocket(url: string): WebSocket {
  try {
    return new WebSocket(url, SUBPROTOCOL);
  } catch (error) {
    throw new Error(`the browser does not connect there: ${messageOf(error)}`, { cause: error });
  }
}

/** A browser tells a page nothing of why, so that it cannot explore a network. */
function notConnected(url: string): string {
  const trust = url.startsWith("wss:") ? ", and does the browser trust its certificate" : "";
  return `no connection, and browsers do not tell why: is it served there, does it take this page (origins)${trust}?`;
}
