import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { HandWrittenClient, HandWrittenDevice } from "./hand-written-json";
import { type Peer } from "./peer";

/** What carries the lines. */
export interface LineRoad {
  /** Has the server listen; gives what {@link LineRoad.connect} needs. */
  listen(server: Server): Promise<string>;
  connect(address: string): Socket;
}

/** Calls `onLine` for each line of a socket. */
function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = "";
  socket.setNoDelay(true);
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}

/** A hand-written protocol over sockets: a line is a message. */
export function jsonLines({ listen, connect }: LineRoad): Peer {
  return {
    async serve() {
      const sockets = new Set<Socket>();
      const device = new HandWrittenDevice();
      const server = createServer((socket) => {
        const send = (text: string) => void socket.write(`${text}\n`);
        sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          device.departed(send);
        });
        readLines(socket, (line) => device.receive(line, send));
      });
      return {
        address: await listen(server),
        async close() {
          for (const socket of sockets) socket.destroy();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },

    async connect(address) {
      const socket = connect(address);
      await once(socket, "connect");
      const client = new HandWrittenClient(
        (text) => socket.write(`${text}\n`),
        () => socket.destroy(),
      );
      readLines(socket, (line) => client.receive(line));
      return client;
    },
  };
}
