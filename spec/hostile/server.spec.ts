import { connect as connectTcp } from "node:net";
import fc from "../support/seeded-fast-check";
import { Subject } from "rxjs";
import {
  Any,
  Arg,
  BufferMethod,
  type BufferResult,
  connect,
  clientOf,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
} from "rigwire";
import { decodeReply } from "../../lib/wire/replies";
import { closing } from "../support/closing";
import { rawDealer, type RawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { mutatedRequests, rubbishBatches, RUNS, TIME_LIMIT_MS } from "./recorded-frames";
import { recordedExchanges } from "../support/vectors";

jest.setTimeout(TIME_LIMIT_MS);

/** What the recorded original offers, by the same names. */
@RpcService({ naming: "snake_case" })
class Camera {
  @Signal(Any) readonly modeChanged = new Subject<unknown>();
  @RpcProperty({ notify: "modeChanged" }) mode: string = "STILL";
  @JsonMethod() echo(@Arg("value") value: unknown): unknown {
    return value;
  }
  @BufferMethod() getImage(): BufferResult<object> {
    return [Buffer.from("image"), {}];
  }
}

async function serveCamera() {
  const logger = new RecordingLogger();
  const server = closing(await serve(new Camera(), { logger }));
  const { rigwire } = await clientOf(closingRemote(server.url)).inventory({ timeoutMs: 5_000 });
  return { url: server.url, logger, ports: [Number(server.url.split(":").at(-1)), rigwire?.signalPort ?? 0] };
}

function closingRemote(url: string) {
  const remote = connect(Camera, url, { logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

async function expectAlive(dealer: RawDealer): Promise<void> {
  await dealer.request("alive", { event: "METHOD_CALL", method: "echo", params: { args: [1] } });
  for (;;) {
    const [id, , body] = await dealer.receive();
    if (String(id) !== "alive") continue;
    expect(JSON.parse(String(body))).toEqual({ success: true, result: 1 });
    return;
  }
}

describe("a server", () => {
  it("answers every mutation of a recorded request once, under its id", async () => {
    const { url } = await serveCamera();
    const dealer = rawDealer(url);
    await fc.assert(
      fc.asyncProperty(mutatedRequests, async (frames) => {
        await dealer.send("7", "", ...frames);
        const [id, delimiter, ...reply] = await dealer.receive();
        expect([String(id), delimiter?.length]).toEqual(["7", 0]);
        expect(["success", "failure", "buffer"]).toContain(decodeReply(reply).kind);
      }),
      { numRuns: RUNS },
    );

    await expectAlive(dealer);
  });

  it("goes on after frames in any order, with any envelope or none", async () => {
    const { url } = await serveCamera();
    const dealer = rawDealer(url);
    const frames = fc.oneof(
      mutatedRequests,
      rubbishBatches.map((batch) => [Buffer.alloc(0), batch]),
      fc.array(fc.uint8Array({ maxLength: 300 }).map(Buffer.from), { minLength: 1, maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(frames, async (parts) => {
        if (parts.length > 0) await dealer.send(...parts);
      }),
      { numRuns: RUNS },
    );

    await expectAlive(dealer);
  });

  it("goes on after bytes on its ports that are no ZeroMQ, or begin as if they were", async () => {
    const { url, ports } = await serveCamera();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ports), tcpBytes, async (port, pieces) => throwAt(port, pieces)),
      { numRuns: Math.ceil(RUNS / 3) },
    );

    await expectAlive(rawDealer(url));
    expect(await closingRemote(url).echo("still here")).toBe("still here");
  });
});

const GREETING = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]),
  Buffer.from("NULL".padEnd(20, "\0")),
  Buffer.alloc(32),
]);
const READY = Buffer.from("\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x06DEALER", "latin1");

/** Pieces of a stream: anything, or a handshake that goes wrong somewhere, or messages with lying lengths. */
const tcpBytes = fc.oneof(
  fc.array(fc.uint8Array({ maxLength: 100 }).map(Buffer.from), { maxLength: 4 }),
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(GREETING.length + READY.length - 1), fc.nat(255)), { maxLength: 3 }),
      fc.nat(100),
    )
    .map(([changes, cut]) => {
      const bytes = Buffer.concat([GREETING, READY]);
      for (const [at, byte] of changes) bytes[at] = byte;
      return [bytes.subarray(0, bytes.length - (cut > 60 ? cut - 60 : 0))];
    }),
  fc
    .tuple(
      fc.constantFrom(0, 1, 2, 3, 4, 6, 255),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.constantFrom(...recordedExchanges),
    )
    .map(([flags, length, { request }]) => {
      const size = Buffer.alloc(8);
      size.writeBigUInt64BE(length);
      return [GREETING, READY, Buffer.from([flags]), size, ...request];
    }),
);

/** Sends the pieces and waits until the other side has them, or ends the connection. */
async function throwAt(port: number, pieces: readonly Buffer[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => undefined).on("close", () => resolve());
    socket.on("data", () => undefined);
    for (const piece of pieces) socket.write(piece);
    socket.write(Buffer.alloc(1), () => socket.destroy());
  });
}
