import { firstValueFrom, take, timeout, toArray } from "rxjs";
import { RpycListingDisabledError, RpycRegistryUnreachableError } from "../../lib/errors";
import { RpycDirectory, rpycNamesOf, type RpycDirectoryOptions } from "../../lib/rpyc/client/rpyc-directory";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { TcpRegistryServer, type TcpRegistryServerOptions } from "../../lib/rpyc/server/tcp-registry-server";
import { closeAll, closing, DEADLINE_MS, listeningLogger } from "./sockets";

afterEach(closeAll);

const CAM_1 = { host: "10.0.0.7", port: 1 };
const CAM_2 = { host: "10.0.0.8", port: 2 };

const opened = async (
  options: TcpRegistryServerOptions = {},
  directoryOptions: RpycDirectoryOptions = {},
) => {
  const server = closing(
    await TcpRegistryServer.listen({ host: "127.0.0.1", port: 0, allowListing: true, ...options }),
  );
  const client = new TcpRegistryClient({ host: "127.0.0.1", port: server.port });
  const directory = new RpycDirectory(client, { pollMs: 20, logger: listeningLogger(), ...directoryOptions });
  return { server, client, directory };
};

const withCameras = async (
  options: TcpRegistryServerOptions = {},
  directoryOptions: RpycDirectoryOptions = {},
) => {
  const all = await opened(options, directoryOptions);
  all.server.services.register(rpycNamesOf({ name: "cam-1", type: "camera" }), CAM_1);
  all.server.services.register(rpycNamesOf({ name: "cam-2", type: "camera" }), CAM_2);
  return all;
};

it("registers a device under its name and its type", () => {
  expect(rpycNamesOf({ name: "cam-1", type: "camera" })).toEqual(["cam-1", "camera"]);
  expect(rpycNamesOf({ name: "camera", type: "camera" })).toEqual(["camera"]);
  expect(rpycNamesOf({ name: "", type: "camera" })).toEqual(["camera"]);
});

it("finds a device by name; its type the protocol cannot tell", async () => {
  const { directory } = await withCameras({ allowListing: false });
  expect(await directory.find({ name: "cam-1" })).toEqual([
    { name: "cam-1", type: "", url: "tcp://10.0.0.7:1" },
  ]);
});

it("finds devices by type, oldest keep-alive first; their names the protocol cannot tell", async () => {
  const { directory } = await withCameras();
  expect(await directory.find({ type: "camera" })).toEqual([
    { name: "", type: "camera", url: "tcp://10.0.0.7:1" },
    { name: "", type: "camera", url: "tcp://10.0.0.8:2" },
  ]);
});

it("finds a device that has both the name and the type", async () => {
  const { directory } = await withCameras();
  expect(await directory.find({ name: "cam-2", type: "camera" })).toEqual([
    { name: "cam-2", type: "camera", url: "tcp://10.0.0.8:2" },
  ]);
  expect(await directory.find({ name: "cam-2", type: "stage" })).toEqual([]);
});

it("writes an IPv6 address as a URL does", async () => {
  const { server, directory } = await opened();
  server.services.register(["cam-6"], { host: "fe80::7", port: 1 });
  expect(await directory.find({ name: "cam-6" })).toMatchObject([{ url: "tcp://[fe80::7]:1" }]);
});

it("finds all there is by listing", async () => {
  const { directory } = await withCameras();
  const found = await directory.find({});
  expect(found.map(({ name, url }) => `${name} ${url}`).sort()).toEqual([
    "CAM-1 tcp://10.0.0.7:1",
    "CAM-2 tcp://10.0.0.8:2",
    "CAMERA tcp://10.0.0.7:1",
    "CAMERA tcp://10.0.0.8:2",
  ]);
});

it("cannot find all where listing is off, and says what to do", async () => {
  const { directory } = await withCameras({ allowListing: false });
  await expect(directory.find({})).rejects.toThrow(RpycListingDisabledError);
});

it("needs no listing where it is told the names", async () => {
  const { directory } = await withCameras({ allowListing: false }, { names: ["cam-2"] });
  expect(await directory.find({})).toEqual([{ name: "cam-2", type: "", url: "tcp://10.0.0.8:2" }]);
});

it("fails where the registry is away", async () => {
  const { server, directory } = await opened();
  await server.close();
  await expect(directory.find({ name: "cam-1" })).rejects.toThrow(RpycRegistryUnreachableError);
  await expect(directory.find({})).rejects.toThrow(RpycRegistryUnreachableError);
});

describe("changes", () => {
  /** Resolves when the registry has been asked once more. */
  const nextLook = (client: TcpRegistryClient) =>
    new Promise<void>((resolve) => {
      const list = TcpRegistryClient.prototype.list.bind(client);
      client.list = async (...args) => {
        const names = await list(...args);
        resolve();
        return names;
      };
    });

  it("are told from the subscription on", async () => {
    const { server, client, directory } = await withCameras();
    const looked = nextLook(client);
    const told = firstValueFrom(directory.changes$.pipe(take(3), toArray(), timeout(DEADLINE_MS)));
    await looked;
    // The look that follows a listing is over when the next listing is asked for.
    await nextLook(client);

    server.services.register(["stage"], { host: "10.0.0.9", port: 3 });
    server.services.unregister(CAM_1);

    const kinds = (await told).map(({ kind, device }) => `${kind} ${device.name} ${device.url}`);
    expect(kinds.sort()).toEqual([
      "added STAGE tcp://10.0.0.9:3",
      "removed CAM-1 tcp://10.0.0.7:1",
      "removed CAMERA tcp://10.0.0.7:1",
    ]);
  });

  it("are looked for only while someone is subscribed", async () => {
    const { client, directory } = await withCameras();
    let lists = 0;
    const list = client.list.bind(client);
    const twice = new Promise<void>((resolve) => {
      client.list = (...args) => {
        if (++lists === 2) resolve();
        return list(...args);
      };
    });
    expect(lists).toBe(0);
    const first = directory.changes$.subscribe();
    const second = directory.changes$.subscribe();
    await twice;
    first.unsubscribe();
    second.unsubscribe();
    const atTheEnd = lists;

    // Several times the poll's interval, spent asking the registry.
    const until = performance.now() + 100;
    while (performance.now() < until) await directory.find({ name: "cam-1" });
    expect(lists).toBe(atTheEnd);
  });

  it("tell nothing while the registry is away, and go on when it is back", async () => {
    const { server, client, directory } = await withCameras();
    const looked = nextLook(client);
    const told = firstValueFrom(directory.changes$.pipe(timeout(DEADLINE_MS)));
    await looked;
    await nextLook(client);
    const { services } = server;
    await server.close();
    const failed = new Promise<void>((resolve) => {
      const list = TcpRegistryClient.prototype.list.bind(client);
      client.list = (...args) =>
        list(...args).catch((error: unknown) => {
          resolve();
          throw error;
        });
    });
    await failed;

    services.register(["stage"], { host: "10.0.0.9", port: 3 });
    closing(
      await TcpRegistryServer.listen({ host: "127.0.0.1", port: server.port, services, allowListing: true }),
    );

    expect(await told).toEqual({
      kind: "added",
      device: { name: "STAGE", type: "", url: "tcp://10.0.0.9:3" },
    });
  });

  it("fail where listing is off and no names are given", async () => {
    const { directory } = await withCameras({ allowListing: false });
    await expect(firstValueFrom(directory.changes$)).rejects.toThrow(RpycListingDisabledError);
  });
});
