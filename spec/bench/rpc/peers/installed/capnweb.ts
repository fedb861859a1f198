import { once } from "node:events";
import { createServer } from "node:http";
import { newWebSocketRpcSession, type RpcStub, RpcTarget } from "capnweb";
import { WebSocket as NodeWebSocket, WebSocketServer } from "ws";
import { listeningPort } from "../listening-port";
import { type Peer, READING, type Reading } from "../peer";
import { sameBuffer } from "../same-buffer";

type Listener = RpcStub<(reading: Reading) => void>;

/** An object for each client, as its documentation has it; all clients' listeners are told. */
class EchoApi extends RpcTarget {
  private static readonly listeners = new Set<Listener>();
  readonly #own = new Set<Listener>();

  echo(reading: Reading): Reading {
    return reading;
  }

  getBuffer(bytes: number): Uint8Array {
    return sameBuffer(bytes);
  }

  subscribe(listener: Listener): void {
    const kept = listener.dup();
    this.#own.add(kept);
    EchoApi.listeners.add(kept);
  }

  emit(count: number): void {
    for (let index = 0; index < count; index++) {
      for (const listener of EchoApi.listeners) listener(READING)[Symbol.dispose]();
    }
  }

  [Symbol.dispose](): void {
    for (const listener of this.#own) EchoApi.listeners.delete(listener);
  }
}

// It looks at the constants of the class, which Node has from version 22 on.
if (!("WebSocket" in globalThis)) Object.assign(globalThis, { WebSocket: NodeWebSocket });

/** The sockets of `ws` are declared apart from those of browsers, and are used alike. */
function asWebSocket(socket: NodeWebSocket): WebSocket {
  return socket as unknown as WebSocket;
}

export const peer: Peer = {
  async serve() {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) => void newWebSocketRpcSession(asWebSocket(socket), new EchoApi()));
    return {
      address: `ws://127.0.0.1:${await listeningPort(server)}`,
      async close() {
        for (const socket of sockets.clients) socket.terminate();
        sockets.close();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },

  async connect(address) {
    const socket = new NodeWebSocket(address);
    await once(socket, "open");
    const api = newWebSocketRpcSession<EchoApi>(asWebSocket(socket));
    return {
      echo: (reading) => api.echo(reading),
      getBuffer: (bytes) => api.getBuffer(bytes),
      subscribe: (onEvent) => api.subscribe(() => onEvent()),
      emit: (count) => api.emit(count),
      async close() {
        api[Symbol.dispose]();
        return Promise.resolve();
      },
    };
  },
};
