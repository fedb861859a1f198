import { type Socket } from "node:net";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { encodeRequest } from "../../lib/rpyc/registry-message";
import { decodeAddresses, decodeNames } from "../../lib/rpyc/registry-reply";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { TcpRegistryServer, type TcpRegistryServerOptions } from "../../lib/rpyc/server/tcp-registry-server";
import { askTcp, closeAll, closing, listeningLogger, restOf, tcpSocket } from "./sockets";

afterEach(closeAll);

const opened = async (options: TcpRegistryServerOptions = {}) =>
  closing(await TcpRegistryServer.listen({ host: "127.0.0.1", port: 0, ...options }));

const REGISTER = encodeRequest({ command: "REGISTER", names: ["CAM"], port: 7 });
const QUERY = encodeRequest({ command: "QUERY", name: "CAM" });

const write = (socket: Socket, bytes: Uint8Array) =>
  new Promise<void>((resolve) => socket.write(bytes, () => resolve()));

it("reads a request that comes byte by byte", async () => {
  const server = await opened();
  const socket = await tcpSocket(server.port);
  socket.setNoDelay(true);
  for (const byte of REGISTER) await write(socket, Uint8Array.of(byte));

  expect(await restOf(socket)).toEqual(encodeBrine("OK"));
});

it("answers a client that closes its sending side after the request", async () => {
  const server = await opened();
  const socket = await tcpSocket(server.port);
  socket.end(REGISTER);

  expect(await restOf(socket)).toEqual(encodeBrine("OK"));
});

it("carries out the request of a client that does not wait for the reply", async () => {
  const server = await opened();
  const told = new Promise((resolve) => server.onServiceAdded$.subscribe(resolve));
  const socket = await tcpSocket(server.port);
  socket.write(REGISTER, () => socket.destroy());

  expect(await told).toEqual({ name: "CAM", address: { host: "127.0.0.1", port: 7 } });
});

it.each([
  ["is malformed", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["is no request", encodeBrine("OK")],
  ["is longer than 1,500 bytes", encodeBrine(["RPYC", "QUERY", ["X".repeat(1_500)]])],
  [
    "says that it will be four gigabytes, and comes",
    Buffer.concat([Buffer.from("0fffffffff", "hex"), Buffer.alloc(2_000)]),
  ],
  ["has more bytes after it", Buffer.concat([REGISTER, REGISTER])],
])("closes a connection whose request %s", async (_, request) => {
  const server = await opened();
  expect(await askTcp(server.port, request)).toHaveLength(0);
  expect(server.services.size).toBe(0);
});

it("ends silent and slow clients at their deadline", async () => {
  const server = await opened({ requestTimeoutMs: 150 });
  const silent = await tcpSocket(server.port);
  const slow = await tcpSocket(server.port);
  slow.write(REGISTER.subarray(0, 10));

  expect(await restOf(silent)).toHaveLength(0);
  expect(await restOf(slow)).toHaveLength(0);
});

it("lets nobody wait for a thousand silent clients", async () => {
  const server = await opened();
  const silent = await Promise.all(Array.from({ length: 1_000 }, () => tcpSocket(server.port)));
  const closed = silent.filter((socket) => socket.closed);

  expect(closed).toHaveLength(0);
  expect(await askTcp(server.port, REGISTER)).toEqual(encodeBrine("OK"));
});

it("answers a thousand clients at once", async () => {
  const server = await opened();
  const ports = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const replies = await Promise.all(
    ports.map((port) => askTcp(server.port, encodeRequest({ command: "REGISTER", names: ["CAM"], port }))),
  );

  expect(replies.every((reply) => reply.equals(encodeBrine("OK")))).toBe(true);
  expect(server.services.size).toBe(1_000);
});

it("ends the longest silent client for one more than it takes", async () => {
  const logger = listeningLogger();
  const server = await opened({ maxConnections: 2, logger });
  const first = await tcpSocket(server.port);
  const second = await tcpSocket(server.port);

  expect(await askTcp(server.port, REGISTER)).toEqual(encodeBrine("OK"));
  expect(await restOf(first)).toHaveLength(0);
  expect(second.closed).toBe(false);
  expect(logger.lines).toEqual(["RPyC registry: too many connections, the longest silent one is closed"]);
});

it("sends and reads replies that no datagram holds", async () => {
  const server = await opened({ allowListing: true });
  const names = Array.from({ length: 5_000 }, (_, index) => `CAMERA-${index}`);
  names.forEach((name, index) =>
    server.services.register([name, "CAM"], { host: "10.0.0.7", port: index + 1 }),
  );
  const client = new TcpRegistryClient({ host: "127.0.0.1", port: server.port });

  expect(await client.list()).toHaveLength(5_001);
  expect(await client.discover("cam")).toHaveLength(5_000);
  expect(decodeAddresses(await askTcp(server.port, QUERY))).toHaveLength(5_000);
  expect(
    decodeNames(await askTcp(server.port, encodeRequest({ command: "LIST", host: "10.0.0.7" }))),
  ).toHaveLength(5_001);
});
