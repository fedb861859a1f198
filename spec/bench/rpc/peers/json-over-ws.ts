import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocket, WebSocketServer } from "ws";
import { HandWrittenClient, HandWrittenDevice } from "./hand-written-json";
import { listeningPort } from "./listening-port";
import { type Peer } from "./peer";

/** A hand-written protocol over WebSocket: a text is a message. */
export const peer: Peer = {
  async serve() {
    const server = createServer();
    const device = new HandWrittenDevice();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) => {
      const send = (text: string) => socket.send(text);
      socket.on("error", () => socket.terminate());
      socket.on("close", () => device.departed(send));
      socket.on("message", (data: Buffer) => device.receive(data.toString(), send));
    });
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
    const socket = new WebSocket(address);
    await once(socket, "open");
    const client = new HandWrittenClient(
      (text) => socket.send(text),
      () => socket.terminate(),
    );
    socket.on("message", (data: Buffer) => client.receive(data.toString()));
    return client;
  },
};
