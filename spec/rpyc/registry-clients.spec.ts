import { type Logger } from "../../lib/log/logger";
import { CallAbortedError, MalformedMessageError, ValidationError } from "../../lib/errors";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { RpycListingDisabledError, RpycRegistryUnreachableError } from "../../lib/errors";
import { type RpycRegistryClient } from "../../lib/rpyc/client/registry-client";
import { type RegistryResponderOptions } from "../../lib/rpyc/server/registry-responder";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { TcpRegistryServer } from "../../lib/rpyc/server/tcp-registry-server";
import { UdpRegistryClient } from "../../lib/rpyc/client/udp-registry-client";
import { UdpRegistryServer } from "../../lib/rpyc/server/udp-registry-server";
import { closeAll, closedPort, closing, listeningLogger, tcpServer, udpSocket } from "./sockets";

afterEach(closeAll);

interface ClientOptions {
  readonly host?: string;
  readonly port: number;
  readonly timeoutMs?: number;
  readonly localAddress?: string;
  readonly logger?: Logger;
}

const kinds = {
  udp: {
    listen: (options: RegistryResponderOptions & { host: string }) =>
      UdpRegistryServer.listen({ port: 0, ...options }),
    client: (options: ClientOptions): RpycRegistryClient =>
      new UdpRegistryClient({ host: "127.0.0.1", ...options }),
  },
  tcp: {
    listen: (options: RegistryResponderOptions & { host: string }) =>
      TcpRegistryServer.listen({ port: 0, ...options }),
    client: (options: ClientOptions): RpycRegistryClient =>
      new TcpRegistryClient({ host: "127.0.0.1", ...options }),
  },
};

const unanswered = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RpycRegistryUnreachableError);
  return (error as Error).message;
};

describe.each(["udp", "tcp"] as const)("a client over %s", (transport) => {
  const { listen, client: clientOf } = kinds[transport];
  const opened = async (options: RegistryResponderOptions = {}, host = "127.0.0.1") => {
    const server = closing(await listen({ host, ...options }));
    return { server, client: clientOf({ host, port: server.port }) };
  };

  it("tells its logger what was asked and answered", async () => {
    const { server } = await opened();
    const logger = listeningLogger();
    const client = clientOf({ port: server.port, logger });
    await client.register(["FOO"], 7);
    await client.discover("FOO");
    await client.unregister(7);

    expect(logger.lines).toEqual([
      "RPyC registry: registered",
      "RPyC registry: discovered",
      "RPyC registry: unregistered",
    ]);
  });

  it("registers, discovers, lists and unregisters", async () => {
    const { client } = await opened({ allowListing: true });
    await client.register(["cam-1", "camera"], 7);
    await client.register(["cam-2", "camera"], 8);

    expect(await client.discover("Camera")).toEqual([
      { host: "127.0.0.1", port: 7 },
      { host: "127.0.0.1", port: 8 },
    ]);
    expect(await client.list()).toEqual(["CAM-1", "CAMERA", "CAM-2"]);
    expect(await client.list("127.0.0.1")).toHaveLength(3);
    expect(await client.list("10.9.9.9")).toEqual([]);
    await client.unregister(7);
    expect(await client.discover("cam-1")).toEqual([]);
  });

  it("asks over IPv6", async () => {
    const { client } = await opened({}, "::1");
    await client.register(["cam-1"], 7);

    expect(client.url).toMatch(new RegExp(`^${transport}://\\[::1\\]:\\d+$`));
    expect(await client.discover("cam-1")).toEqual([{ host: "::1", port: 7 }]);
  });

  it("asks by name", async () => {
    const { server } = await opened();
    expect(await clientOf({ host: "localhost", port: server.port }).discover("cam-1")).toEqual([]);
  });

  it("registers from the address that it is told to", async () => {
    const { server } = await opened();
    const client = clientOf({ port: server.port, localAddress: "127.0.0.2" });

    await client.register(["cam-1"], 7);
    expect(await client.discover("cam-1")).toEqual([{ host: "127.0.0.2", port: 7 }]);
    await client.unregister(7);
    expect(server.services.size).toBe(0);
  });

  it("says what to do where listing is off", async () => {
    const { client } = await opened();
    await expect(client.list()).rejects.toThrow(RpycListingDisabledError);
    await expect(client.list()).rejects.toThrow(/start it with listing allowed.*discover by name/);
  });

  it("fails where nobody listens, and names address and cure", async () => {
    const port = await closedPort();
    const message = await unanswered(clientOf({ port, timeoutMs: 100 }).register(["cam-1"], 7));

    expect(message).toContain(`no RPyC registry answered at ${transport}://127.0.0.1:${port}`);
    expect(message).toMatch(/start one there \(`rpyc_registry/);
  });

  it("fails when its address is not this machine's", async () => {
    const { server } = await opened();
    const client = clientOf({ port: server.port, localAddress: "192.0.2.1" });

    expect(await unanswered(client.discover("cam-1"))).toMatch(/from 192\.0\.2\.1.*EADDRNOTAVAIL/);
  });

  it("fails where the registry is full", async () => {
    const server = closing(await listen({ host: "127.0.0.1", maxServices: 0, logger: listeningLogger() }));
    await unanswered(clientOf({ port: server.port, timeoutMs: 100 }).register(["cam-1"], 7));
  });

  it("can be aborted", async () => {
    const { client } = await opened();
    const gone = client.discover("cam-1", { signal: AbortSignal.abort("enough") });

    await expect(gone).rejects.toThrow(CallAbortedError);
    await expect(gone).rejects.toMatchObject({ cause: "enough" });
  });

  it.each([
    ["no name", [], 7],
    ["port 0", ["cam-1"], 0],
    ["port 70000", ["cam-1"], 70_000],
    ["a half port", ["cam-1"], 1.5],
    ["too many names", Array.from({ length: 200 }, (_, index) => `camera-${index}`), 7],
  ])("sends no registration with %s", async (_, names, port) => {
    await expect(clientOf({ port: 1 }).register(names, port)).rejects.toThrow(ValidationError);
  });

  it("refuses a registry port that is none", () => {
    expect(() => clientOf({ port: 70_000 })).toThrow(ValidationError);
  });
});

describe("over UDP", () => {
  it("takes an OK only from the registry's port", async () => {
    const registry = await udpSocket();
    const stranger = await udpSocket();
    const client = new UdpRegistryClient({
      host: "127.0.0.1",
      port: registry.address().port,
      timeoutMs: 150,
    });
    registry.on("message", (_, sender) => stranger.send(encodeBrine("OK"), sender.port, sender.address));

    await unanswered(client.register(["cam-1"], 7));
  });

  it("goes on waiting after what is no reply", async () => {
    const registry = await udpSocket();
    const client = new UdpRegistryClient({ host: "127.0.0.1", port: registry.address().port });
    registry.on("message", (_, { port, address }) => {
      for (const reply of [Buffer.from("rubbish"), encodeBrine(null), encodeBrine("OK")]) {
        registry.send(reply, port, address);
      }
    });

    await client.register(["cam-1"], 7);
  });

  it("asks by broadcast and gathers what the registries know", async () => {
    const server = closing(await UdpRegistryServer.listen({ port: 0, allowListing: true }));
    const client = new UdpRegistryClient({ host: "127.255.255.255", port: server.port });
    await client.register(["cam-1"], 7);

    expect(await client.discover("cam-1")).toEqual([{ host: "127.0.0.1", port: 7 }]);
    expect(await client.list()).toEqual(["CAM-1"]);
  });

  it("joins the replies of several registries to a broadcast", async () => {
    const registry = await udpSocket();
    const client = new UdpRegistryClient({
      host: "127.0.0.1",
      port: registry.address().port,
      broadcast: true,
    });
    const cam = ["10.0.0.7", 7];
    registry.on("message", (_, { port, address }) => {
      for (const reply of [[], [cam], [["10.0.0.8", 8], cam]])
        registry.send(encodeBrine(reply), port, address);
    });

    expect(await client.discover("camera")).toEqual([
      { host: "10.0.0.7", port: 7 },
      { host: "10.0.0.8", port: 8 },
    ]);
  });

  it("says what to do where no broadcast is answered", async () => {
    const port = await closedPort();
    const client = new UdpRegistryClient({ host: "127.255.255.255", port, timeoutMs: 50 });
    expect(await unanswered(client.discover("cam-1"))).toMatch(
      /name the registry's address, or use TcpRegistryClient/,
    );
  });
});

describe("over TCP", () => {
  const answering = async (reply: (write: (bytes: Buffer) => void, end: () => void) => void) => {
    const { port } = await tcpServer((socket) =>
      socket.once("data", () =>
        reply(
          (bytes) => void socket.write(bytes),
          () => void socket.end(),
        ),
      ),
    );
    return new TcpRegistryClient({ host: "127.0.0.1", port, timeoutMs: 200 });
  };

  it("reads a reply from a server that does not close", async () => {
    const client = await answering((write) => write(encodeBrine([["10.0.0.7", 7]])));
    expect(await client.discover("cam-1")).toEqual([{ host: "10.0.0.7", port: 7 }]);
  });

  it("fails at its deadline when no reply comes", async () => {
    const client = await answering(() => undefined);
    expect(await unanswered(client.discover("cam-1"))).toContain("did not answer within 200 ms");
  });

  it("fails when the reply is cut short", async () => {
    const client = await answering((write, end) => {
      write(encodeBrine([["10.0.0.7", 7]]).subarray(0, 5));
      end();
    });
    expect(await unanswered(client.discover("cam-1"))).toContain(
      "closed the connection without a whole reply",
    );
  });

  it.each([
    [
      "is no brine",
      Buffer.from("\xffSSH-2.0", "latin1"),
      /does not answer as an RPyC registry does.*tag 0xff/,
    ],
    ["is another value", encodeBrine(7), /QUERY is not answered by a tuple/],
    [
      "never ends",
      Buffer.concat([Buffer.from("0fffffffff", "hex"), Buffer.alloc(300_000)]),
      /goes on after 262144/,
    ],
  ])("fails when the reply %s", async (_, reply, reason) => {
    const client = await answering((write) => write(reply));
    const asked = client.discover("cam-1");
    await expect(asked).rejects.toThrow(MalformedMessageError);
    await expect(asked).rejects.toThrow(reason);
  });

  it("fails when a registration is not answered by OK", async () => {
    const client = await answering((write) => write(encodeBrine(null)));
    await expect(client.register(["cam-1"], 7)).rejects.toThrow(/it is not OK/);
  });
});
