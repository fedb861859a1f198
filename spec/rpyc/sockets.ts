import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { type Logger } from "../../lib/log/logger";

/** How long a test waits for what has to come. */
export const DEADLINE_MS = 5_000;

const closers: (() => unknown)[] = [];

/** Has something closed after the running test; {@link closeAll} is to be its `afterEach`. */
export function closing<T extends { close(): unknown }>(resource: T): T {
  closers.push(() => resource.close());
  return resource;
}

export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** A logger that keeps what it is told. */
export function listeningLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const take = (_: object, message: string) => void lines.push(message);
  return { lines, debug: take, info: take, warn: take, error: take };
}

/** A socket of a random port, of 127.0.0.1 if nothing else is said. */
export async function udpSocket(host = "127.0.0.1"): Promise<UdpSocket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  closing({ close: () => new Promise<void>((resolve) => socket.close(resolve)) });
  socket.bind(0, host);
  await once(socket, "listening");
  return socket;
}

/** What comes back for a datagram. */
export async function askUdp(
  socket: UdpSocket,
  port: number,
  request: Uint8Array,
  host = "127.0.0.1",
): Promise<Buffer> {
  const reply = once(socket, "message", { signal: AbortSignal.timeout(DEADLINE_MS) });
  socket.send(request, port, host);
  const [bytes] = (await reply) as [Buffer];
  return bytes;
}

export async function tcpSocket(port: number, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ port, host });
  socket.on("error", () => undefined);
  closing({ close: () => socket.destroy() });
  await once(socket, "connect", { signal: AbortSignal.timeout(DEADLINE_MS) });
  return socket;
}

/** All that comes until the other side closes. */
export async function restOf(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  if (!socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(DEADLINE_MS) });
  return Buffer.concat(pieces);
}

/** What comes back over TCP for bytes, until the other side closes. */
export async function askTcp(port: number, request: Uint8Array, host = "127.0.0.1"): Promise<Buffer> {
  const socket = await tcpSocket(port, host);
  socket.write(request);
  return restOf(socket);
}

/** A server that does with each connection what the test wants. */
export async function tcpServer(
  onConnection: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    onConnection(socket);
  });
  closing({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port at which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
