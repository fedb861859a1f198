import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { firstValueFrom } from "rxjs";
import { clientOf, type ClientOptions } from "../../../lib/index";
import { defaultLogger } from "../../../lib/log/logger";
import { makePrivateFolder } from "../../../lib/platform/private-folder";
import { type ClientIdentity, type IncomingRequest, type RpcEndpoint } from "../../../lib/transport/endpoint";
import { localRoadServer } from "../../../lib/transport/stream/local/local-road-server";
import { removeDeadRoads } from "../../../lib/transport/stream/local/road-place";
import { KIND } from "../../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../../lib/transport/stream/frame-writer";
import { decodeObject } from "../../../lib/wire/message";
import { inventoryReply } from "../../../lib/wire/inventory";
import { contractOf } from "../../../lib/contract/contract-of";
import { type LocalRoadOffer } from "../../../lib/wire/local-road-offer";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { RawStream } from "../../support/raw-stream";
import { ownRuntimeFolder } from "../../support/runtime-folder";
import { TcpProxy } from "../../support/tcp-proxy";
import { openTestEndpoint } from "../../support/test-endpoint";
import { typeScriptProgram } from "../../support/typescript-child";
import { connectLamp, Lamp, serveLamp } from "./lamp";

const runtime = ownRuntimeFolder();
const program = typeScriptProgram(join(__dirname, "../programs/stage-process.ts"));

const TCP = { url: "tcp://127.0.0.1" };

function roads(): readonly string[] {
  return readdirSync(join(runtime.path, "rigwire"));
}

function pathOf(name: string): string {
  return join(runtime.path, "rigwire", name);
}

/** How a new client is connected when it has called. */
async function roadOfClient(url: string, options?: ClientOptions): Promise<string | undefined> {
  const lamp = connectLamp(url, options);
  expect(await lamp.switch(true)).toBe(true);
  const state = await firstValueFrom(clientOf(lamp).state$);
  expect(state).toMatchObject({ kind: "connected", url });
  return state.kind === "connected" ? state.road : undefined;
}

describe("the local road", () => {
  it("leads to a socket of its user alone, which is gone with the server", async () => {
    const { server } = await serveLamp(TCP);
    const [socket = "", ...others] = roads();

    expect(others).toEqual([]);
    expect(statSync(pathOf(socket)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(pathOf(socket))).mode & 0o777).toBe(0o700);
    expect(await roadOfClient(server.url)).toBe("local");
    await server.close();
    expect(roads()).toEqual([]);
  });

  it("is taken before anything is asked for: what the client came by may go away", async () => {
    const { server } = await serveLamp(TCP);
    const wire = closing(await TcpProxy.open({ host: "127.0.0.1", port: Number(new URL(server.url).port) }));
    const lamp = connectLamp(wire.url);
    const heard: boolean[] = [];
    const states: string[] = [];
    clientOf(lamp).state$.subscribe(({ kind }) => states.push(kind));
    lamp.switched.subscribe((on) => heard.push(on));
    await lamp.switch(true);
    wire.sever();
    await lamp.switch(false);
    await lamp.switch(true);

    expect(heard).toEqual([true, false, true]);
    expect(states).toEqual(["idle", "connecting", "connected"]);
  });

  it.each([
    ["the server", { local: false }, {}],
    ["the client", {}, { local: false }],
  ])("is not taken where %s does not want it", async (_, ofServer, ofClient) => {
    const { server } = await serveLamp({ ...TCP, ...ofServer });

    expect(await roadOfClient(server.url, ofClient)).toBeUndefined();
  });

  it("is offered by servers of several addresses, and not where nobody needs it", async () => {
    const { server } = await serveLamp({ url: ["ws://127.0.0.1", "tcp://127.0.0.1"] });
    const [web = "", tcp = ""] = server.urls;

    expect([await roadOfClient(web), await roadOfClient(tcp)]).toEqual([undefined, "local"]);
    await server.close();
    await serveLamp({ url: "inproc://lamp-without-a-road" });
    expect(roads()).toEqual([]);
  });

  it("is lost with the server, and taken again when that is back", async () => {
    const { server } = await serveLamp(TCP);
    const lamp = connectLamp(server.url);
    const states: (string | undefined)[] = [];
    clientOf(lamp).state$.subscribe((state) =>
      states.push(state.kind === "connected" ? state.road : state.kind),
    );
    await lamp.switch(true);
    await server.close();
    await eventually("the loss is told", () => states.at(-1) === "connecting");
    await serveLamp({ url: server.url });
    await lamp.switch(true);

    expect(states.filter((state) => state === "local")).toHaveLength(2);
  });
});

describe("a device without a place for the local road", () => {
  it.each([
    ["where no folder can be made", () => join(fileIn(runtime.path), "run")],
    ["where the path is too long for a socket", () => join(runtime.path, "r".repeat(100))],
    ["where the folder is open to others and cannot be closed", () => linkIn(runtime.path)],
  ])("%s is served all the same, with one line in the log at most", async (_, place) => {
    process.env.XDG_RUNTIME_DIR = place();
    const { server, logger } = await serveLamp(TCP);
    const second = await serveLamp(TCP);

    expect(await roadOfClient(server.url)).toBeUndefined();
    expect(await roadOfClient(second.server.url)).toBeUndefined();
    const told = [...logger.lines, ...second.logger.lines];
    expect(told.length).toBeLessThanOrEqual(1);
    for (const line of told) expect(line).toContain("local: false serves without it");
  });
});

function fileIn(folder: string): string {
  const file = join(folder, "file");
  writeFileSync(file, "no folder can be made in a file, not even by root");
  return file;
}

/** A folder of that name which is a link: somebody else may have led it elsewhere. */
function linkIn(folder: string): string {
  mkdirSync(join(folder, "elsewhere"));
  mkdirSync(join(folder, "run"));
  symlinkSync(join(folder, "elsewhere"), join(folder, "run", "rigwire"));
  return join(folder, "run");
}

describe("the socket of a server that was killed", () => {
  it("is removed by a later start, and that of one that lives stays", async () => {
    const killed = program.start(["serve", "tcp://127.0.0.1"], { XDG_RUNTIME_DIR: runtime.path });
    await killed.next();
    const [dead = ""] = roads();
    killed.signal("SIGKILL");
    await killed.ended;
    const { server } = await serveLamp(TCP);
    const [alive] = roads().filter((name) => name !== dead);
    for (const name of roads()) utimesSync(pathOf(name), 0, 0);
    writeFileSync(pathOf("notes"), "not a socket");
    expect(roads()).toContain(dead);
    await removeDeadRoads();

    expect(roads()).toEqual([alive, "notes"].sort());
    expect(await roadOfClient(server.url)).toBe("local");
  });

  it("is left alone while it may be one that begins to listen", async () => {
    const killed = program.start(["serve", "tcp://127.0.0.1"], { XDG_RUNTIME_DIR: runtime.path });
    await killed.next();
    killed.signal("SIGKILL");
    await killed.ended;
    await removeDeadRoads();

    expect(roads()).toHaveLength(1);
  });
});

describe("a client that is offered a place", () => {
  it("stays where it is if there is none, as in a container", async () => {
    makePrivateFolder(join(runtime.path, "rigwire"));
    const url = await serveOffer({ path: pathOf(`${"0".repeat(24)}.sock`), ticket: "1.x", proof: "x" });

    expect(await roadOfClient(url)).toBeUndefined();
  });

  it("stays where it is if another server is there, as at the end of a tunnel", async () => {
    const { server } = await serveLamp(TCP);
    const [path = ""] = roads();
    const url = await serveOffer({ path: pathOf(path), ticket: `1.${"A".repeat(43)}`, proof: "x" });

    expect(await roadOfClient(url)).toBeUndefined();
    expect(await roadOfClient(server.url)).toBe("local");
  });

  it.each([
    ["takes any ticket", true],
    ["says nothing", false],
  ])("stays where it is if one is there that %s, and sends it nothing but the ticket", async (_, answers) => {
    const path = pathOf(`${"1".repeat(24)}.sock`);
    const received = await listenAs(
      path,
      answers ? { protocol: "rigwire-stream", version: 1, proof: "y" } : undefined,
    );
    const url = await serveOffer({ path, ticket: "1.x", proof: "x" });
    const beganAt = performance.now();

    expect(await roadOfClient(url)).toBeUndefined();
    expect(performance.now() - beganAt).toBeLessThan(2_500);
    expect(received.map((frame) => (JSON.parse(frame) as { ticket: string }).ticket)).toEqual(["1.x"]);
  });

  it.each([
    ["of another name", () => pathOf("agent.sock"), 0o700],
    ["in a folder that others may look into", () => pathOf(`${"2".repeat(24)}.sock`), 0o755],
    ["that is no plain path", () => `${runtime.path}/rigwire/../rigwire/${"3".repeat(24)}.sock`, 0o700],
  ])("connects to no socket %s: a server must not lead it anywhere", async (_, where, mode) => {
    const path = where();
    const received = await listenAs(path, undefined);
    chmodSync(dirname(path), mode);
    const url = await serveOffer({ path, ticket: "1.x", proof: "x" });

    expect(await roadOfClient(url)).toBeUndefined();
    expect(received).toEqual([]);
  });
});

/** A server that offers its clients a place, whatever is there. */
async function serveOffer(offer: LocalRoadOffer): Promise<string> {
  const inventory = inventoryReply(contractOf(Lamp), {
    name: "lamp-1",
    version: "0.1.0",
    instance: "1",
    clock: 0,
    signalPort: 0,
    maxMessageBytes: 1_000_000,
    maxTextBytes: 1_000_000,
    features: ["local"],
  });
  const endpoint = closing(
    await openTestEndpoint((request) => {
      const { event } = decodeObject(request.body);
      const replies: Readonly<Record<string, object>> = {
        GET_INVENTORY: inventory,
        LOCAL_ROAD: { success: true, ...offer },
      };
      request.reply([JSON.stringify(replies[String(event)] ?? { success: true, result: true })]);
    }),
  );
  return endpoint.url;
}

/** A stranger's socket. @returns What is said to it, frame by frame. */
async function listenAs(path: string, answer: object | undefined): Promise<readonly string[]> {
  makePrivateFolder(dirname(path));
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("data", (bytes) => {
      received.push(bytes.subarray(12).toString());
      if (answer !== undefined) socket.write(encodeFrame(KIND.hello, 0, [JSON.stringify(answer)]));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  closing({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
  return received;
}

describe("a client on the local road", () => {
  /** Who came otherwise, and has proved something there. */
  const ada: ClientIdentity = { id: "ada's connection", key: "ada", address: undefined, host: "127.0.0.1" };

  async function open(): Promise<{
    road: RpcEndpoint & { offer(client: ClientIdentity): LocalRoadOffer | undefined };
    asked: ClientIdentity[];
  }> {
    const asked: ClientIdentity[] = [];
    const handler = {
      handle: (request: IncomingRequest) => {
        asked.push(request.client);
        request.reply(["{}"]);
      },
      attended: () => [],
    };
    const road = await localRoadServer.listen(handler, {}, defaultLogger());
    if (road === undefined) throw new Error("there is no place for it");
    return { road: closing(road), asked };
  }

  async function arrive({ path, ticket }: LocalRoadOffer): Promise<RawStream> {
    const raw = await RawStream.open(`unix://${path}`);
    raw.hello({ protocol: "rigwire-stream", version: 1, ticket });
    await raw.next(KIND.hello);
    return raw;
  }

  it("is who it was where it came from, until it is gone, which is told once", async () => {
    const { road, asked } = await open();
    const departed: ClientIdentity[] = [];
    road.departed$.subscribe((client) => departed.push(client));
    const raw = await arrive(road.offer(ada)!);
    raw.request(1, {});
    await raw.next(KIND.message);
    raw.close();
    await eventually("its end is told", () => departed.length > 0);

    expect(asked).toEqual([ada]);
    expect(asked[0]).toBe(ada);
    expect(departed).toEqual([ada]);
  });

  it("who asked for nothing there counts as gone nowhere: it may have stayed where it was", async () => {
    const { road } = await open();
    const departed: ClientIdentity[] = [];
    road.departed$.subscribe((client) => departed.push(client));
    const raw = await arrive(road.offer(ada)!);
    raw.close();
    await eventually("it is gone", () => road.offer(ada) !== undefined);

    expect(departed).toEqual([]);
  });

  it("is offered no second one, and none from another computer", async () => {
    const { road } = await open();
    await arrive(road.offer(ada)!);

    expect(road.offer(ada)).toBeUndefined();
    expect(road.offer({ ...ada, id: "another", host: "192.0.2.7" })).toBeUndefined();
    expect(road.offer({ ...ada, id: "another", host: "::ffff:127.0.0.1" })).toBeDefined();
  });
});
