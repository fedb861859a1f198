import { request as httpRequest } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import fc from "../support/seeded-fast-check";
import { clientOf } from "rigwire";
import { parseWebAddress } from "../../lib/address/web-address";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { AddressLimits } from "../../lib/transport/stream/websocket/address-limits";
import { mayConnect } from "../../lib/transport/stream/websocket/origins";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { connectLamp, serveLamp } from "../transport/stream/lamp";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

const SUBPROTOCOL = "rigwire.stream";

interface Visitor {
  readonly socket: WebSocket;
  /** The status with which it was refused; nothing where it came in. */
  readonly status: number | undefined;
}

/** Asks for a WebSocket, as a page or a program may. */
function visit(url: string, options: ClientOptions = {}, protocols = [SUBPROTOCOL]): Promise<Visitor> {
  const socket = new WebSocket(url, protocols, options);
  closing({ close: () => socket.terminate() });
  return new Promise((resolve) => {
    socket.on("error", (error) => {
      const status = /response: (\d+)/.exec(error.message)?.[1];
      resolve({ socket, status: status === undefined ? 0 : Number(status) });
    });
    socket.on("open", () => resolve({ socket, status: undefined }));
  });
}

async function greeted(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const { socket } = await visit(url, options);
  const welcome = new Promise((resolve) => socket.once("message", resolve));
  socket.send(hello());
  await welcome;
  return socket;
}

function hello(): Uint8Array {
  return encodeFrame(KIND.hello, 0, ['{"protocol":"rigwire-stream","version":1}']);
}

async function closed(socket: WebSocket): Promise<void> {
  await eventually("the server ends the connection", () => socket.readyState === WebSocket.CLOSED);
}

describe("a page", () => {
  it.each([
    ["no page at all", undefined, "10.0.0.7:9001", undefined, true],
    ["one of the very server", "http://10.0.0.7:9001", "10.0.0.7:9001", undefined, true],
    ["one of another port", "http://10.0.0.7:80", "10.0.0.7:9001", undefined, false],
    ["one of another host", "https://evil.example", "10.0.0.7:9001", undefined, false],
    ["one whose name was led here", "http://evil.example:9001", "evil.example:9001", undefined, false],
    ["one of localhost", "http://localhost:9001", "localhost:9001", undefined, true],
    ["one of the list", "https://rig.lab", "cam.lab:9001", ["https://rig.lab/"], true],
    ["one of the list by another scheme", "http://rig.lab", "cam.lab:9001", ["https://rig.lab"], false],
    ["one of an application's own scheme", "app://lamp", "127.0.0.1:9001", ["app://lamp/"], true],
    ["one of another application", "app://other", "127.0.0.1:9001", ["app://lamp"], false],
    ["one of an application that is not listed", "app://lamp", "127.0.0.1:9001", undefined, false],
    [
      "one of an application that calls itself as the server",
      "app://127.0.0.1:9001",
      "127.0.0.1:9001",
      ["https://127.0.0.1:9001"],
      false,
    ],
    ["one of a file, listed", "file://", "127.0.0.1:9001", ["file://"], true],
    ["one that only begins alike", "https://rig.lab.evil.example", "cam.lab", ["https://rig.lab"], false],
    [
      "one of the very server that is not listed",
      "http://10.0.0.7:9001",
      "10.0.0.7:9001",
      ["https://rig.lab"],
      false,
    ],
    ["one without an origin of its own", "null", "10.0.0.7:9001", undefined, false],
    ["one without an origin of its own, listed", "null", "10.0.0.7:9001", ["null"], false],
    ["any, where all may", "https://evil.example", "10.0.0.7:9001", "*", true],
  ] as const)("may connect, or not: %s", (_what, origin, host, allowed, may) => {
    expect(mayConnect(origin, host, allowed)).toBe(may);
  });

  it("that is not listed comes in under no name that it gives itself", () => {
    const hosts = fc.domain().filter((host) => host !== "rig.lab");
    const origins = fc.oneof(
      fc.string(),
      fc.webUrl().filter((url) => new URL(url).host !== "rig.lab"),
      hosts.chain((host) =>
        fc.constantFrom(
          `https://rig.lab@${host}`,
          `https://rig.lab:443@${host}`,
          `https://rig.lab.${host}`,
          `https://${host}/https://rig.lab`,
          `https://${host}#https://rig.lab`,
          `https://rig.lab, https://${host}`,
          `https://${host}\\rig.lab`,
          `http://rig.lab`,
          `https://rig.lab:8443`,
        ),
      ),
    );
    fc.assert(
      fc.property(origins, fc.option(hosts, { nil: undefined }), (origin, host) => {
        expect(mayConnect(origin, host, ["https://rig.lab"])).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it("that says twice where it is from is refused", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1", origins: ["https://rig.lab"] });
    const origins = "Origin: https://rig.lab\r\nOrigin: https://evil.example";
    const socket = connectTcp(parseWebAddress(server.url).port ?? 0, "127.0.0.1");
    closing({ close: () => void socket.destroy() });
    const answer = new Promise<string>((resolve) =>
      socket.on("error", () => undefined).once("data", (data: Buffer) => resolve(data.toString())),
    );
    socket.write(upgrade().replace("\r\n\r\n", `\r\n${origins}\r\n\r\n`));

    expect(await answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it("is refused before it becomes a connection", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1", origins: ["https://rig.lab"] });

    expect((await visit(server.url, { origin: "https://evil.example" })).status).toBe(403);
    expect((await visit(server.url, { origin: "https://rig.lab" })).status).toBeUndefined();
    expect(await connectLamp(server.url).switch(true)).toBe(true);
  });
});

describe("an address", () => {
  it("has so many connections and no more, and fewer of them without a handshake", () => {
    const limits = new AddressLimits();
    const enter = (count: number) =>
      Array.from({ length: count }, () => limits.enter("10.0.0.7")).filter(Boolean).length;

    expect(enter(1_000)).toBe(512);
    expect(limits.enter("10.0.0.8")).toBe(true);
    for (let greeted = 0; greeted < 512; greeted++) limits.greeted("10.0.0.7");
    for (let round = 0; round < 10; round++) {
      const entered = enter(512);
      for (let greeted = 0; greeted < entered; greeted++) limits.greeted("10.0.0.7");
    }
    expect(limits.enter("10.0.0.7")).toBe(false);
    for (let left = 0; left < 4_096; left++) limits.leave("10.0.0.7");
    expect(enter(1_000)).toBe(512);
  });
});

describe("a server of WebSockets", () => {
  async function serving(): Promise<string> {
    return (await serveLamp({ url: "ws://127.0.0.1", maxMessageBytes: 300_000 })).server.url;
  }

  async function expectAlive(url: string): Promise<void> {
    expect(await connectLamp(url).switch(true)).toBe(true);
  }

  it("compresses nothing, whoever offers it", async () => {
    const url = await serving();
    const { socket } = await visit(url, { perMessageDeflate: true });

    expect(socket.extensions).toBe("");
    await expectAlive(url);
  });

  it("ends a connection over a compressed message all the same", async () => {
    const url = await serving();
    const socket = connectTcp(parseWebAddress(url).port ?? 0, "127.0.0.1");
    closing({ close: () => void socket.destroy() });
    const ended = new Promise((resolve) => socket.on("close", resolve).on("error", () => undefined));
    socket.resume();
    socket.write(upgrade("permessage-deflate"));
    // The last piece of a binary message, marked as compressed, masked with zeros.
    socket.write(Buffer.from([0xc2, 0x83, 0, 0, 0, 0, 1, 2, 3]));

    await ended;
    await expectAlive(url);
  });

  it("takes no message larger than carriers send, whatever the limit of the device", async () => {
    const url = await serving();
    const socket = await greeted(url);
    socket.send(Buffer.alloc(256 * 1024 + 1));

    await closed(socket);
    await expectAlive(url);
  });

  it("takes no text", async () => {
    const url = await serving();
    const socket = await greeted(url);
    socket.send("{}");

    await closed(socket);
    await expectAlive(url);
  });

  it("answers pings as long as they are read, and keeps none of the answers", async () => {
    const url = await serving();
    const socket = await greeted(url);
    let pongs = 0;
    socket.on("pong", () => pongs++);
    socket.pause();
    for (let flood = 0; flood < 100_000; flood++) socket.ping(Buffer.alloc(100));
    await expectAlive(url);
    socket.resume();
    await eventually("some were answered", () => pongs > 0);

    expect(pongs).toBeLessThanOrEqual(100_000);
    await expectAlive(url);
  });

  it("survives any bytes, before the handshake and after it", async () => {
    const url = await serving();
    const lamp = connectLamp(url);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.boolean(),
        async (bytes, isGreeted) => {
          const socket = isGreeted ? await greeted(url) : (await visit(url)).socket;
          socket.send(bytes);
          expect(await lamp.switch(true)).toBe(true);
          socket.terminate();
        },
      ),
      { numRuns: Math.min(RUNS, 200) },
    );
  });

  it("survives any bytes in the place of HTTP", async () => {
    const url = await serving();
    const lamp = connectLamp(url);
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.string().map((text) => Buffer.from(`GET /${text} HTTP/1.1\r\nUpgrade: websocket\r\n\r\n`)),
      fc.constant(Buffer.from(`GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.concat([Buffer.from(upgrade()), bytes])),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const socket = connectTcp(parseWebAddress(url).port ?? 0, "127.0.0.1");
        socket.on("error", () => undefined).resume();
        socket.write(text);
        expect(await lamp.switch(true)).toBe(true);
        socket.destroy();
      }),
      { numRuns: Math.min(RUNS, 200) },
    );
  });

  it("drops whoever connects and says nothing, or too slowly, at each step", async () => {
    const url = await serving();
    const silent = connectTcp(parseWebAddress(url).port ?? 0, "127.0.0.1");
    const slow = connectTcp(parseWebAddress(url).port ?? 0, "127.0.0.1");
    slow.write("GET / HTTP/1.1\r\nHost:");
    const { socket: mute } = await visit(url);
    const ended = [silent, slow].map(endOf);
    mute.on("close", () => undefined);

    await Promise.all(ended);
    await eventually("the third is dropped", () => mute.readyState === WebSocket.CLOSED, 8_000);
    await expectAlive(url);
  });

  it("tells who asks for a page that there is none, and who speaks otherwise that it does not understand", async () => {
    const url = await serving();
    const status = await new Promise((resolve, reject) => {
      const asking = httpRequest(url.replace("ws:", "http:"), ({ statusCode, headers }) =>
        resolve([statusCode, headers.upgrade]),
      );
      asking.on("error", reject).end();
    });

    expect(status).toEqual([426, "websocket"]);
    expect((await visit(url, {}, ["chat"])).status).toBe(400);
    expect((await visit(`${url}/elsewhere`)).status).toBe(404);
  });

  it("closes although clients that never answer are connected", async () => {
    const { server } = await serveLamp({ url: "ws://127.0.0.1" });
    const silent = connectTcp(parseWebAddress(server.url).port ?? 0, "127.0.0.1");
    silent.on("error", () => undefined);
    closing({ close: () => void silent.destroy() });
    const half = await greeted(server.url);
    half.pause();
    await server.close();

    expect(
      await clientOf(connectLamp(server.url, { timeoutMs: 200 }))
        .inventory()
        .catch(() => "closed"),
    ).toBe("closed");
  });
});

function upgrade(extensions?: string): string {
  return [
    "GET / HTTP/1.1",
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
    "\r\n",
  ].join("\r\n");
}

function endOf(socket: Socket): Promise<void> {
  closing({ close: () => void socket.destroy() });
  return new Promise((resolve) => {
    socket
      .on("error", () => undefined)
      .on("close", () => resolve())
      .resume();
  });
}
