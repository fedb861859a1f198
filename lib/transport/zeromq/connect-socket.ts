import { type Socket } from "zeromq";
import { inprocClosing, isInprocBound } from "./inproc-endpoints";

/** A peer that takes a connection but says nothing is given up after this time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Socket options under which one socket is one connection: it never comes back by itself. */
export const ONE_CONNECTION = {
  immediate: true,
  reconnectInterval: -1,
  connectTimeout: CONNECT_TIMEOUT_MS,
  handshakeInterval: CONNECT_TIMEOUT_MS,
} as const;

/**
 * Connects a socket and waits until the peer shook hands.
 *
 * @param onLost - Told once when the connection ends after that.
 * @throws Error with the reason in a few words.
 */
export function connectSocket(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  return url.startsWith("inproc:") ? connectInproc(socket, url, onLost) : connectRemote(socket, url, onLost);
}

async function connectInproc(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  if (!isInprocBound(url)) throw new Error("nothing in this process serves it");
  socket.connect(url);
  inprocClosing(url).subscribe(() => onLost("the server closed"));
  await Promise.resolve();
}

function connectRemote(socket: Socket, url: string, onLost: (reason: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const timer = setTimeout(() => fail("no answer"), CONNECT_TIMEOUT_MS);
    const fail = (reason: string) => {
      clearTimeout(timer);
      if (isConnected) onLost(reason);
      else reject(new Error(reason));
    };
    socket.events.on("handshake", () => {
      clearTimeout(timer);
      isConnected = true;
      resolve();
    });
    // Before the handshake a closed descriptor is all that tells a refusal.
    socket.events.on("close", () => fail(isConnected ? "the connection was closed" : "connection refused"));
    socket.events.on("disconnect", () => fail(isConnected ? "the peer went away" : "the peer is no device"));
    socket.events.on("handshake:error:protocol", ({ error }) =>
      fail(`the peer speaks another protocol: ${error.code}`),
    );
    socket.events.on("handshake:error:auth", ({ error }) =>
      fail(`not allowed by the peer: ${error.message}`),
    );
    socket.events.on("end", () => fail("closed"));
    socket.connect(url);
  });
}
