import { once } from "node:events";
import { connect as connectTo, createServer, type Socket } from "node:net";
import { listeningPort } from "./listening-port";
import { type Peer, type PeerClient, type PeerServer, READING, type Reading } from "./peer";
import { PendingCalls } from "./pending-calls";

type Line =
  | { readonly id: number; readonly method: "echo"; readonly reading: Reading }
  | { readonly id: number; readonly method: "subscribe" }
  | { readonly id: number; readonly method: "emit"; readonly count: number };

type Answer = { readonly id: number; readonly result?: unknown } | { readonly event: Reading };

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

async function serve(): Promise<PeerServer> {
  const sockets = new Set<Socket>();
  const subscribers = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      subscribers.delete(socket);
    });
    readLines(socket, (text) => {
      const line = JSON.parse(text) as Line;
      const { id } = line;
      let result: unknown = null;
      if (line.method === "echo") result = line.reading;
      else if (line.method === "subscribe") subscribers.add(socket);
      else emit(line.count);
      socket.write(`${JSON.stringify({ id, result })}\n`);
    });
  });
  const emit = (count: number) => {
    for (let index = 0; index < count; index++) {
      const text = `${JSON.stringify({ event: READING })}\n`;
      for (const subscriber of subscribers) subscriber.write(text);
    }
  };
  const port = await listeningPort(server);
  return {
    address: String(port),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function connect(address: string): Promise<PeerClient> {
  const socket = connectTo(Number(address), "127.0.0.1");
  await once(socket, "connect");
  const calls = new PendingCalls<unknown>();
  let tell: () => void = () => undefined;
  readLines(socket, (text) => {
    const answer = JSON.parse(text) as Answer;
    if ("id" in answer) calls.finish(answer.id, answer.result);
    else tell();
  });
  const call = (method: Line["method"], argument: object) =>
    calls.start((id) => socket.write(`${JSON.stringify({ id, method, ...argument })}\n`));
  return {
    echo: (reading) => call("echo", { reading }),
    async subscribe(onEvent) {
      tell = onEvent;
      await call("subscribe", {});
    },
    emit: (count) => call("emit", { count }),
    async close() {
      socket.destroy();
      return Promise.resolve();
    },
  };
}

export const peer: Peer = { serve, connect };
