import { createServer } from "node:net";
import fc from "../support/seeded-fast-check";
import { Arg, clientOf, connect, JsonMethod, RpcService, type RpcServer, serve } from "rigwire";
import { MalformedMessageError } from "../../lib/errors";
import { FrameDecoder } from "../../lib/transport/stream/frame-decoder";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RawStream } from "../support/raw-stream";
import { RecordingLogger } from "../support/recording-logger";
import { freshSocketPath } from "../support/socket-folder";
import { mutatedRequests, RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

const LIMIT = 100_000;

@RpcService({ type: "echo" })
class Echo {
  @JsonMethod({ concurrent: true }) echo(@Arg("value") value: unknown): unknown {
    return value;
  }
}

async function serveEcho(): Promise<RpcServer> {
  const url = `unix://${freshSocketPath()}`;
  return closing(await serve(new Echo(), { url, logger: new RecordingLogger(), maxMessageBytes: 300_000 }));
}

function connecting(url: string) {
  const remote = connect(Echo, url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

const kinds = Object.values(KIND);

/** Frames as they may be, and heads that announce what they like. */
const frame = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...kinds),
      fc.nat({ max: 2 ** 48 - 1 }),
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }),
    )
    .map(([kind, id, parts]) => Buffer.from(encodeFrame(kind, id, parts))),
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...kinds), fc.nat({ max: 20 }), fc.nat({ max: 2 ** 32 - 1 }))
    .map(([kind, parts, length]) => {
      const head = Buffer.alloc(12);
      head.set([kind, parts]);
      head.writeUInt32BE(length, 8);
      return head;
    }),
);

const streams = fc.array(frame, { maxLength: 12 }).map((frames) => Buffer.concat(frames));

describe("the decoder of a stream", () => {
  it("takes any bytes for frames within the limit, or refuses them", () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        const decoder = new FrameDecoder(LIMIT, 2, (kind, _id, parts) => {
          expect(kinds).toContain(kind);
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(LIMIT);
        });
        try {
          for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("reads the same whatever the chunks", () => {
    const read = (bytes: Buffer, size: number) => {
      const frames: unknown[] = [];
      const decoder = new FrameDecoder(LIMIT, 2, (kind, id, parts) =>
        frames.push([kind, id, parts.map((part) => Buffer.from(part).toString("hex"))]),
      );
      try {
        for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
      } catch (error) {
        frames.push((error as Error).message);
      }
      return frames;
    };
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 50 }), (bytes, size) => {
        expect(read(bytes, size)).toEqual(read(bytes, Math.max(1, bytes.length)));
      }),
      { numRuns: RUNS },
    );
  });
});

describe("a server of streams", () => {
  it("survives any bytes, before the handshake and after it, and serves the others meanwhile", async () => {
    const server = await serveEcho();
    const remote = connecting(server.url);
    await fc.assert(
      fc.asyncProperty(streams, fc.boolean(), async (bytes, isGreeted) => {
        const hostile = isGreeted ? await RawStream.greeted(server.url) : await RawStream.open(server.url);
        hostile.write(bytes);
        expect(await remote.echo(1)).toBe(1);
        hostile.close();
      }),
      { numRuns: RUNS },
    );
  });

  it("answers every mutation of a recorded request once, under its id", async () => {
    const server = await serveEcho();
    const raw = await RawStream.greeted(server.url);
    let id = 0;
    await fc.assert(
      fc.asyncProperty(mutatedRequests, async (frames) => {
        // Without a part it is no frame: the connection ends over it.
        if (frames.length === 0) return;
        id += 1;
        raw.send(KIND.message, id, ...frames.slice(0, 3));
        await eventually("the reply", () => raw.frames.some((reply) => reply.id === id || reply.id === 0));
        raw.frames.length = 0;
      }),
      { numRuns: Math.min(RUNS, 300) },
    );

    expect(await connecting(server.url).echo("alive")).toBe("alive");
  });

  it.each([
    ["a request before the handshake", [KIND.message, "{}"]],
    ["a large reply", [KIND.large, ""]],
    ["a signal", [KIND.signal, "name", "frame"]],
  ] as const)("ends the connection over %s from a client", async (_what, [kind, ...parts]) => {
    const server = await serveEcho();
    const raw =
      kind === KIND.message ? await RawStream.open(server.url) : await RawStream.greeted(server.url);
    raw.send(kind, 0, ...parts);
    raw.send(KIND.hello, 0, "{}");

    await raw.ended();
  });

  it("ends the connection over a message beyond its limit, when it is announced", async () => {
    const server = await serveEcho();
    const raw = await RawStream.greeted(server.url);
    const head = Buffer.alloc(12);
    head.set([KIND.message, 1]);
    head.writeUInt32BE(300_001, 8);
    raw.write(head);

    await raw.ended();
  });

  it("takes a few kilobytes of somebody who has not shaken hands, and no more", async () => {
    const server = await serveEcho();
    const raw = await RawStream.open(server.url);
    raw.hello({ protocol: "rigwire-stream", version: 1, padding: "x".repeat(5_000) });

    await raw.ended();
  });

  it("bounds what one client subscribes to", async () => {
    const server = await serveEcho();
    const raw = await RawStream.greeted(server.url);
    for (let signal = 0; signal < 5_000; signal++) raw.send(KIND.subscribe, 0, `signal-${signal}`);

    await raw.ended();
  });

  it("answers a flood of pings as long as they are read, and keeps none of the answers", async () => {
    const server = await serveEcho();
    const raw = await RawStream.greeted(server.url);
    raw.pause();
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => encodeFrame(KIND.ping, 0, [])));
    for (let flood = 0; flood < 50; flood++) raw.write(pings);
    const remote = connecting(server.url);
    expect(await remote.echo("meanwhile")).toBe("meanwhile");
    raw.resume();
    raw.request(7, { event: "METHOD_CALL", method: "echo", params: { args: ["still served"] } });
    await eventually("it is served", () => raw.frames.some(({ id }) => id === 7));

    expect(raw.frames.filter(({ kind }) => kind === KIND.pong).length).toBeLessThan(500_000);
  });
});

describe("a client of streams", () => {
  it("survives whatever a server sends, and says what is wrong", async () => {
    let bytes = Buffer.alloc(0);
    const path = freshSocketPath();
    const rogue = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      socket.end(Buffer.concat([helloOf({ protocol: "rigwire-stream", version: 1 }), bytes]));
    });
    await new Promise<void>((resolve) => rogue.listen(path, resolve));
    closing({ close: () => new Promise<void>((resolve) => rogue.close(() => resolve())) });
    await fc.assert(
      fc.asyncProperty(streams, async (sent) => {
        bytes = sent;
        const remote = connect(Echo, `unix://${path}`, { timeoutMs: 20, logger: new RecordingLogger() });
        await expect(remote.echo(1)).rejects.toThrow(/device|unix/);
        await clientOf(remote).close();
      }),
      { numRuns: Math.min(RUNS, 50) },
    );
  });

  it("says so where the other end speaks another protocol", async () => {
    const path = freshSocketPath();
    const rogue = createServer((socket) => {
      socket.on("error", () => undefined).resume();
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    await new Promise<void>((resolve) => rogue.listen(path, resolve));
    closing({ close: () => new Promise<void>((resolve) => rogue.close(() => resolve())) });
    const remote = connect(Echo, `unix://${path}`, { timeoutMs: 200, logger: new RecordingLogger() });
    closing(clientOf(remote));

    await expect(remote.echo(1)).rejects.toThrow(/the stream cannot be read: no frame begins with/);
  });
});

function helloOf(hello: object): Buffer {
  return Buffer.from(encodeFrame(KIND.hello, 0, [JSON.stringify(hello)]));
}
