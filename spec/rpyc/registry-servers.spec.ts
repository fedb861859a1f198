import { firstValueFrom, timeout } from "rxjs";
import { decodeBrine } from "../../lib/rpyc/brine/decoder";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { RpycRegistryListenError } from "../../lib/errors";
import { encodeRequest, type RegistryRequest } from "../../lib/rpyc/registry-message";
import { decodeAddresses, decodeNames } from "../../lib/rpyc/registry-reply";
import { type RegistryResponderOptions } from "../../lib/rpyc/server/registry-responder";
import { ServiceTable } from "../../lib/rpyc/server/service-table";
import { TcpRegistryServer } from "../../lib/rpyc/server/tcp-registry-server";
import { UdpRegistryServer } from "../../lib/rpyc/server/udp-registry-server";
import { registryExchanges } from "./python-literal";
import {
  askTcp,
  askUdp,
  closeAll,
  closing,
  DEADLINE_MS,
  listeningLogger,
  tcpSocket,
  udpSocket,
} from "./sockets";

afterEach(closeAll);

const OK = encodeBrine("OK");

type Ask = (request: RegistryRequest | Uint8Array, host?: string) => Promise<Buffer>;

const bytesOf = (request: RegistryRequest | Uint8Array) =>
  request instanceof Uint8Array ? request : encodeRequest(request);

const kinds = {
  udp: {
    listen: (options: RegistryResponderOptions & { host?: string; port?: number; maxReplyBytes?: number }) =>
      UdpRegistryServer.listen(options),
    asking:
      (port: number, to = "127.0.0.1"): Ask =>
      async (request, from = to.includes(":") ? "::1" : "127.0.0.1") =>
        askUdp(await udpSocket(from), port, bytesOf(request), to),
  },
  tcp: {
    listen: (options: RegistryResponderOptions & { host?: string; port?: number; maxReplyBytes?: number }) =>
      TcpRegistryServer.listen(options),
    asking:
      (port: number, to = "127.0.0.1"): Ask =>
      (request) =>
        askTcp(port, bytesOf(request), to),
  },
};

describe.each(["udp", "tcp"] as const)("a registry over %s", (transport) => {
  const { listen, asking } = kinds[transport];

  const opened = async (options: Parameters<typeof listen>[0] = {}) => {
    const server = closing(await listen({ host: "127.0.0.1", port: 0, ...options }));
    return { server, ask: asking(server.port) };
  };

  it.each(["eighty", "80", 65_536, -1, 2n ** 70n])(
    "keeps and hands out the port %p as it was given",
    async (port) => {
      const { ask } = await opened();
      const given = encodeBrine(["RPYC", "REGISTER", [["FOO"], port]]);

      expect(await ask(given)).toEqual(OK);
      expect(decodeBrine(await ask({ command: "QUERY", name: "foo" }))).toEqual([["127.0.0.1", port]]);
      expect(await ask(encodeBrine(["RPYC", "UNREGISTER", [port]]))).toEqual(OK);
      expect(decodeBrine(await ask({ command: "QUERY", name: "foo" }))).toEqual([]);
    },
  );

  it("lets its commands be overridden one by one", async () => {
    const asked: string[] = [];
    const { ask } = await opened({
      commands: (own) => ({
        query: (name, sender) => {
          asked.push(`${name} by ${sender}`);
          return name === "elsewhere" ? [{ host: "10.0.0.9", port: 1 }] : own.query(name, sender);
        },
        list: () => ["ONLY"],
      }),
    });
    await ask({ command: "REGISTER", names: ["FOO"], port: 7 });

    expect(decodeAddresses(await ask({ command: "QUERY", name: "foo" }))).toEqual([
      { host: "127.0.0.1", port: 7 },
    ]);
    expect(decodeAddresses(await ask({ command: "QUERY", name: "elsewhere" }))).toEqual([
      { host: "10.0.0.9", port: 1 },
    ]);
    expect(decodeNames(await ask({ command: "LIST", host: undefined }))).toEqual(["ONLY"]);
    expect(asked).toEqual(["foo by 127.0.0.1", "elsewhere by 127.0.0.1"]);
  });

  it("answers as the original did when it was recorded", async () => {
    const { ask } = await opened({ allowListing: true });
    const recorded = registryExchanges().filter((exchange) => exchange.transport === transport);

    for (let index = 0; index < recorded.length; index += 2) {
      const [request, reply] = recorded.slice(index, index + 2);
      const answer = await ask(Buffer.from(request!.hex, "hex"));
      expect({ index, hex: answer.toString("hex") }).toEqual({ index, hex: reply!.hex });
    }
  });

  it("tells the port that it got", async () => {
    const { server } = await opened();
    expect(server.port).toBeGreaterThan(0);
  });

  it("answers a LIST with None where listing is off, as it is by default", async () => {
    const { ask } = await opened();
    await ask({ command: "REGISTER", names: ["CAM"], port: 1 });
    expect(decodeNames(await ask({ command: "LIST", host: undefined }))).toBeNull();
  });

  it("tells what is added and removed, also when it expires without anyone asking", async () => {
    const { server, ask } = await opened({ pruningTimeoutMs: 50 });
    const added = firstValueFrom(server.onServiceAdded$.pipe(timeout(DEADLINE_MS)));
    const removed = firstValueFrom(server.onServiceRemoved$.pipe(timeout(DEADLINE_MS)));

    await ask({ command: "REGISTER", names: ["cam"], port: 7 });

    const service = { name: "CAM", address: { host: "127.0.0.1", port: 7 } };
    expect(await added).toEqual(service);
    expect(await removed).toEqual(service);
    expect(server.services.size).toBe(0);
  });

  it("hands out the address it is given for services that register from loopback", async () => {
    const { ask } = await opened({ loopbackHost: "10.0.0.1", allowListing: true });
    await ask({ command: "REGISTER", names: ["CAM"], port: 7 });

    const cam = { host: "10.0.0.1", port: 7 };
    expect(decodeAddresses(await ask({ command: "QUERY", name: "CAM" }))).toEqual([cam]);
    expect(decodeNames(await ask({ command: "LIST", host: "127.0.0.1" }))).toEqual(["CAM"]);
    await ask({ command: "UNREGISTER", port: 7 });
    expect(decodeAddresses(await ask({ command: "QUERY", name: "CAM" }))).toEqual([]);
  });

  it("listens at IPv6", async () => {
    const server = closing(await listen({ host: "::1", port: 0 }));
    const ask = asking(server.port, "::1");

    expect(await ask({ command: "REGISTER", names: ["CAM"], port: 7 })).toEqual(OK);
    expect(decodeAddresses(await ask({ command: "QUERY", name: "CAM" }))).toEqual([{ host: "::1", port: 7 }]);
  });

  it("knows an IPv4 service by its IPv4 address where it listens at both", async () => {
    const server = closing(await listen({ host: "::", port: 0 }));
    const ask = asking(server.port);
    await ask({ command: "REGISTER", names: ["CAM"], port: 7 });

    expect(decodeAddresses(await ask({ command: "QUERY", name: "CAM" }))).toEqual([
      { host: "127.0.0.1", port: 7 },
    ]);
  });

  it("cuts a reply to the oldest entries that fit, and says so", async () => {
    const logger = listeningLogger();
    const { server, ask } = await opened({ maxReplyBytes: 1_500, logger });
    const addresses = Array.from({ length: 200 }, (_, index) => ({ host: "10.0.0.7", port: 1_000 + index }));
    for (const address of addresses) server.services.register(["CAM"], address);

    const reply = await ask({ command: "QUERY", name: "CAM" });

    const fitting = decodeAddresses(reply);
    expect(reply.length).toBeLessThanOrEqual(1_500);
    expect(fitting.length).toBeGreaterThan(50);
    expect(fitting).toEqual(addresses.slice(0, fitting.length));
    expect(logger.lines).toEqual(["RPyC registry: a reply was cut to the entries that fit"]);
  });

  it("can share its services with another registry", async () => {
    const services = new ServiceTable();
    const { ask } = await opened({ services });
    const other = closing(
      await kinds[transport === "udp" ? "tcp" : "udp"].listen({ host: "127.0.0.1", port: 0, services }),
    );
    await ask({ command: "REGISTER", names: ["CAM"], port: 7 });

    expect(other.services.services).toEqual([{ name: "CAM", address: { host: "127.0.0.1", port: 7 } }]);
  });

  it("says what to do when its port is taken", async () => {
    const { server } = await opened();
    const second = listen({ host: "127.0.0.1", port: server.port });

    await expect(second).rejects.toThrow(RpycRegistryListenError);
    await expect(second).rejects.toThrow(
      new RegExp(`${transport}://127\\.0\\.0\\.1:${server.port}: .*EADDRINUSE.*choose another host or port`),
    );
  });

  it("may be closed twice, and its port is free then", async () => {
    const { server } = await opened();
    await Promise.all([server.close(), server.close()]);
    await server.close();

    const again = closing(await listen({ host: "127.0.0.1", port: server.port }));
    expect(again.port).toBe(server.port);
  });
});

it("gives no reply to a datagram that is malformed or too long, and goes on", async () => {
  const server = closing(await UdpRegistryServer.listen({ host: "127.0.0.1", port: 0 }));
  const socket = await udpSocket();
  const tooLong = encodeBrine(["RPYC", "QUERY", ["X".repeat(1_500)]]);
  for (const bad of [Buffer.alloc(0), Buffer.from("GET / HTTP/1.1\r\n\r\n"), OK, tooLong]) {
    socket.send(bad, server.port, "127.0.0.1");
  }

  // Datagrams of one socket arrive in order: had a bad one a reply, it would be this.
  expect(await askUdp(socket, server.port, encodeRequest({ command: "UNREGISTER", port: 7 }))).toEqual(OK);
});

it("tells once in a while of malformed requests, not for each", async () => {
  const logger = listeningLogger();
  const server = closing(await UdpRegistryServer.listen({ host: "127.0.0.1", port: 0, logger }));
  const socket = await udpSocket();
  for (let count = 0; count < 50; count++) socket.send(OK, server.port, "127.0.0.1");
  await askUdp(socket, server.port, encodeRequest({ command: "UNREGISTER", port: 7 }));

  expect(logger.lines).toEqual(["RPyC registry: a malformed request gets no reply"]);
});

it("ends the connections of clients that never ask when it is closed", async () => {
  const server = await TcpRegistryServer.listen({ host: "127.0.0.1", port: 0 });
  const silent = await tcpSocket(server.port);
  const ended = new Promise((resolve) => silent.once("close", resolve));

  await server.close();
  await ended;
});
