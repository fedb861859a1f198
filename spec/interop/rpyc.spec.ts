import fc from "../support/seeded-fast-check";
import { filter, firstValueFrom, timeout } from "rxjs";
import { decodeBrine } from "../../lib/rpyc/brine/decoder";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { RpycListingDisabledError } from "../../lib/errors";
import { type RpycRegistryClient } from "../../lib/rpyc/client/registry-client";
import { RpycDirectory } from "../../lib/rpyc/client/rpyc-directory";
import { RpycRegistration } from "../../lib/rpyc/client/rpyc-registration";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { TcpRegistryServer, type TcpRegistryServerOptions } from "../../lib/rpyc/server/tcp-registry-server";
import { UdpRegistryClient } from "../../lib/rpyc/client/udp-registry-client";
import { UdpRegistryServer } from "../../lib/rpyc/server/udp-registry-server";
import { brineVectors, fromLiteral, type PythonLiteral } from "../rpyc/python-literal";
import { pythonValues } from "../rpyc/python-values";
import { closeAll, closing, DEADLINE_MS, listeningLogger } from "../rpyc/sockets";
import { describeWithPython, type PythonPeer } from "./python-peer";

const HOST = "127.0.0.1";

const clients = {
  udp: (port: number, host = HOST): RpycRegistryClient => new UdpRegistryClient({ host, port }),
  tcp: (port: number, host = HOST): RpycRegistryClient => new TcpRegistryClient({ host, port }),
};

/** Either of our registries; what only one has as an option is not used here. */
const servers = {
  udp: (options: TcpRegistryServerOptions) => UdpRegistryServer.listen(options),
  tcp: (options: TcpRegistryServerOptions) => TcpRegistryServer.listen(options),
};

/** What rpyc made of bytes, and the bytes that it makes of that. */
interface LoadedInPython {
  readonly literal: PythonLiteral;
  readonly hex: string;
}

async function portOf(peer: PythonPeer): Promise<number> {
  return ((await peer.next()) as { port: number }).port;
}

describeWithPython(["rpyc"], "rpyc's registries and services", (python) => {
  afterEach(closeAll);

  describe.each(["udp", "tcp"] as const)("a registry of rpyc over %s", (mode) => {
    const registry = async (timeoutS = "240", listing = "listing") => {
      const peer = python.start("rpyc_registry_server.py", [mode, HOST, timeoutS, listing]);
      const port = await portOf(peer);
      return { peer, port, client: clients[mode](port) };
    };

    it("registers, finds, lists and unregisters our services", async () => {
      const { peer, client } = await registry();
      await client.register(["cam-1", "camera"], 7);
      expect(await peer.next()).toEqual({ added: "CAM-1", address: [HOST, 7] });
      expect(await peer.next()).toEqual({ added: "CAMERA", address: [HOST, 7] });

      expect(await client.discover("cam-1")).toEqual([{ host: HOST, port: 7 }]);
      expect(await client.discover("cam-2")).toEqual([]);
      expect(await client.list()).toEqual(["CAM-1", "CAMERA"]);
      expect(await client.list(HOST)).toEqual(["CAM-1", "CAMERA"]);
      expect(await client.list("10.9.9.9")).toEqual([]);

      await client.unregister(7);
      expect(await peer.next()).toEqual({ removed: "CAM-1", address: [HOST, 7] });
      expect(await client.discover("cam-1")).toEqual([]);
    });

    it("that does not allow listing is told apart from an empty one", async () => {
      const { client } = await registry("240", "no-listing");
      await expect(client.list()).rejects.toThrow(RpycListingDisabledError);
    });

    it("forgets our service when it is not renewed, and keeps it when it is", async () => {
      const { peer, client } = await registry("0.4");
      await client.register(["forgotten"], 8);
      const kept = closing(new RpycRegistration(client, { names: ["kept"], port: 7, renewMs: 100 }));
      expect(await peer.next()).toEqual({ added: "FORGOTTEN", address: [HOST, 8] });
      expect(await peer.next()).toEqual({ added: "KEPT", address: [HOST, 7] });

      const until = performance.now() + DEADLINE_MS;
      while ((await client.discover("forgotten")).length > 0) expect(performance.now()).toBeLessThan(until);

      expect(await peer.next()).toEqual({ removed: "FORGOTTEN", address: [HOST, 8] });
      expect(await client.discover("kept")).toEqual([{ host: HOST, port: 7 }]);
      await kept.close();
      expect(await client.discover("kept")).toEqual([]);
    });

    it("is a directory of devices", async () => {
      const { client } = await registry();
      await client.register(["cam-1", "camera"], 7);
      const directory = new RpycDirectory(client);

      expect(await directory.find({ name: "cam-1", type: "camera" })).toEqual([
        { name: "cam-1", type: "camera", url: `tcp://${HOST}:7` },
      ]);
      expect(await directory.find({})).toHaveLength(2);
    });
  });

  it("answers a broadcast", async () => {
    const port = await portOf(python.start("rpyc_registry_server.py", ["udp", "0.0.0.0", "240", "listing"]));
    const client = clients.udp(port, "127.255.255.255");
    await client.register(["cam-1"], 7);

    expect(await client.discover("cam-1")).toEqual([{ host: HOST, port: 7 }]);
    expect(await client.list()).toEqual(["CAM-1"]);
  });

  it.each(["udp", "tcp"] as const)("answers over %s and IPv6", async (mode) => {
    const port = await portOf(python.start("rpyc_registry_server.py", [mode, "::1", "240", "listing"]));
    const client = clients[mode](port, "::1");
    await client.register(["cam-1"], 7);

    expect(await client.discover("cam-1")).toEqual([{ host: "::1", port: 7 }]);
  });

  describe.each(["udp", "tcp"] as const)("our registry over %s", (mode) => {
    const opened = async (options: TcpRegistryServerOptions = {}) => {
      const server = closing(await servers[mode]({ host: HOST, port: 0, ...options }));
      const peer = python.start("rpyc_registry_client.py", [mode, HOST, String(server.port)]);
      await peer.next();
      const call = async (name: string, ...args: unknown[]) =>
        ((await peer.ask({ call: name, args })) as { result: unknown }).result;
      return { server, call };
    };

    it("serves rpyc's client", async () => {
      const { server, call } = await opened({ allowListing: true });
      const removed = firstValueFrom(server.onServiceRemoved$.pipe(timeout(DEADLINE_MS)));

      expect(await call("register", ["cam-1", "camera"], 7)).toBe(true);
      expect(await call("discover", "Cam-1")).toEqual([[HOST, 7]]);
      expect(await call("discover", "cam-2")).toEqual([]);
      expect(await call("list")).toEqual(["CAM-1", "CAMERA"]);
      expect(await call("list", HOST)).toEqual(["CAM-1", "CAMERA"]);
      expect(await call("list", "10.9.9.9")).toEqual([]);

      // It does not wait for the reply to this.
      await call("unregister", 7);
      expect(await removed).toEqual({ name: "CAM-1", address: { host: HOST, port: 7 } });
      expect(await call("discover", "cam-1")).toEqual([]);
    });

    it("tells rpyc's client None where listing is off", async () => {
      const { call } = await opened();
      expect(await call("list")).toBeNull();
    });

    it("forgets rpyc's service when it is not renewed", async () => {
      const { server, call } = await opened({ pruningTimeoutMs: 100 });
      const removed = firstValueFrom(server.onServiceRemoved$.pipe(timeout(DEADLINE_MS)));
      await call("register", ["cam-1"], 7);

      expect(await removed).toEqual({ name: "CAM-1", address: { host: HOST, port: 7 } });
      expect(await call("discover", "cam-1")).toEqual([]);
    });

    it("gives rpyc's client more services than a reply of 1,500 bytes holds: the oldest", async () => {
      const { server, call } = await opened({ maxReplyBytes: 1_500, logger: listeningLogger() });
      for (let port = 1_000; port < 1_200; port++)
        server.services.register(["CAM"], { host: "10.0.0.7", port });
      const found = await call("discover", "cam");

      // Each takes 18 of the 1,500 bytes.
      const oldest = Array.from({ length: 83 }, (_, index) => ["10.0.0.7", 1_000 + index]);
      expect(found).toEqual(oldest);
    });

    it("has a service of rpyc that registers itself", async () => {
      const server = closing(await servers[mode]({ host: HOST, port: 0 }));
      const added = firstValueFrom(
        server.onServiceAdded$.pipe(
          filter(({ name }) => name === "LAB_SENSOR"),
          timeout(2 * DEADLINE_MS),
        ),
      );
      const port = await portOf(python.start("rpyc_service.py", [mode, HOST, String(server.port)]));

      expect(await added).toEqual({ name: "LAB_SENSOR", address: { host: HOST, port } });
      expect(await clients[mode](server.port).discover("thermometer")).toEqual([{ host: HOST, port }]);
    });
  });

  it("serves rpyc's client over UDP and IPv6", async () => {
    const server = closing(await UdpRegistryServer.listen({ host: "::1", port: 0 }));
    const peer = python.start("rpyc_registry_client.py", ["udp6", "::1", String(server.port)]);
    await peer.next();

    expect(await peer.ask({ call: "register", args: [["cam-1"], 7] })).toEqual({ result: true });
    expect(await peer.ask({ call: "discover", args: ["cam-1"] })).toEqual({ result: [["::1", 7]] });
  });
});

describeWithPython(["rpyc"], "rpyc's brine", (python) => {
  let peer: PythonPeer;

  beforeAll(async () => {
    peer = python.start("brine_peer.py", [], { scope: "suite" });
    await peer.next();
  });

  const loaded = async (bytes: Buffer) => (await peer.ask(bytes.toString("hex"))) as LoadedInPython;

  it("loads every recorded value that we encode", async () => {
    for (const { value, hex } of brineVectors()) {
      expect(await loaded(encodeBrine(fromLiteral(value)))).toEqual({ literal: value, hex });
    }
  });

  it("loads any value that we encode as the same, and we what it dumps", async () => {
    await fc.assert(
      fc.asyncProperty(pythonValues({ hashable: true }), async (value) => {
        const answer = await loaded(encodeBrine(value));
        expect(fromLiteral(answer.literal)).toEqual(value);
        expect(decodeBrine(Buffer.from(answer.hex, "hex"))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });
});
