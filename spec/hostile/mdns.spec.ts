import { createSocket } from "node:dgram";
import * as dns from "dns-packet";
import { JsonMethod, MdnsModule, RigApp, RpcService } from "rigwire";
import { DEVICE_DIRECTORY } from "../../lib/di/rig-app";
import { DnsCodec } from "../../lib/mdns/dns-message";
import { groupPort } from "../mdns/group-port";
import { recordsOf, Stranger } from "../mdns/stranger";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import fc from "../support/seeded-fast-check";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  shoot(): string {
    return "shot";
  }
}

/** An app that serves a camera, one that looks devices up, and somebody who says what they like. */
async function network() {
  const port = groupPort();
  const logger = new RecordingLogger();
  const app = () =>
    closing(new RigApp({ logger }).use(MdnsModule.local({ interfaces: ["lo"], port, logger })));
  const owner = await app().serve(Camera, { name: "cam-1" }).start();
  const user = await app().start();
  const directory = user.resolve(DEVICE_DIRECTORY);
  const names = async () => (await directory.find({})).map(({ name }) => name).sort();
  await eventually("the camera is listed", async () => (await names()).join() === "cam-1");
  const camera = user.client(Camera, "cam-1");
  const stranger = closing(await Stranger.join(port));
  return { port, logger, owner, directory, names, camera, stranger };
}

/** The head of a message that counts what it likes. */
function head(questions: number, answers: number, authorities = 0, additionals = 0): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(0x8400, 2);
  [questions, answers, authorities, additionals].forEach((count, index) =>
    bytes.writeUInt16BE(count, 4 + index * 2),
  );
  return bytes;
}

const label = (text: string | Buffer) =>
  Buffer.concat([Buffer.from([Buffer.from(text).length]), Buffer.from(text)]);
const END = Buffer.from([0]);
const pointerTo = (offset: number) => Buffer.from([0xc0 | (offset >> 8), offset & 0xff]);
/** Type, class, TTL and length of a record. */
function recordTail(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(1, 2);
  bytes.writeUInt32BE(120, 4);
  bytes.writeUInt16BE(length, 8);
  return bytes;
}

const SERVICE_TYPE = Buffer.concat([label("_rigwire"), label("_tcp"), label("local"), END]);

/** Messages that were made to hurt whoever reads them. */
const CRAFTED: readonly (readonly [string, Buffer])[] = [
  ["a name that points to itself", Buffer.concat([head(1, 0), pointerTo(12), Buffer.from([0, 12, 0, 1])])],
  [
    "names that point to each other",
    Buffer.concat([
      head(2, 0),
      pointerTo(18),
      Buffer.from([0, 12, 0, 1]),
      pointerTo(12),
      Buffer.from([0, 12, 0, 1]),
    ]),
  ],
  [
    "a name that points past the end",
    Buffer.concat([head(1, 0), pointerTo(8_000), Buffer.from([0, 12, 0, 1])]),
  ],
  ["65,535 of everything, and nothing else", head(65_535, 65_535, 65_535, 65_535)],
  ["512 answers, and nothing else", head(0, 512)],
  [
    "a name of 10,000 characters",
    Buffer.concat([
      head(1, 0),
      ...Array.from({ length: 160 }, () => label("x".repeat(60))),
      END,
      Buffer.from([0, 12, 0, 1]),
    ]),
  ],
  [
    "a record that is longer than the message",
    Buffer.concat([head(0, 1), SERVICE_TYPE, recordTail(12, 60_000)]),
  ],
  [
    "a TXT that says it is longer than its record",
    Buffer.concat([head(0, 1), SERVICE_TYPE, recordTail(16, 3), Buffer.from([255, 1, 2])]),
  ],
  ["an SRV of one byte", Buffer.concat([head(0, 1), SERVICE_TYPE, recordTail(33, 1), Buffer.from([0])])],
  [
    "an NSEC with a bitmap of no length",
    Buffer.concat([head(0, 1), SERVICE_TYPE, recordTail(47, 3), END, Buffer.from([0, 0])]),
  ],
  [
    "EDNS options that never end",
    Buffer.concat([head(0, 0, 0, 1), END, recordTail(41, 6), Buffer.from([0, 8, 0xff, 0xff, 0, 0])]),
  ],
  [
    "a label of bytes that are no text",
    Buffer.concat([head(1, 0), label(Buffer.alloc(63, 0xff)), END, Buffer.from([0, 255, 0, 1])]),
  ],
];

it.each([
  ["an empty part", "a..b"],
  ["a part that grows, since its bytes are no text", Buffer.alloc(40, 0xff)],
])("a name with %s is not taken: asking for it would spoil the questions for others", (_what, part) => {
  const name = Buffer.concat([label(part), END]);
  const place = Buffer.concat([Buffer.alloc(6, 1), name]);
  const pointer = Buffer.concat([SERVICE_TYPE, recordTail(12, name.length), name]);
  const location = Buffer.concat([SERVICE_TYPE, recordTail(33, place.length), place]);
  expect(DnsCodec.load().decode(Buffer.concat([head(0, 2), pointer, location]))?.answers).toEqual([]);
});

describe("a message of a stranger in the mDNS group", () => {
  it.each(CRAFTED)("does no harm: %s", async (_what, bytes) => {
    const { stranger, names, camera } = await network();
    for (let times = 0; times < 20; times++) await stranger.send(bytes);
    expect(await names()).toEqual(["cam-1"]);
    expect(await camera.shoot()).toBe("shot");
  });

  it("does no harm, whatever it is", async () => {
    const { stranger, names, camera } = await network();
    const good = [
      dns.encode({ type: "response", answers: [...recordsOf({ label: "oven-1" })] }),
      dns.encode({ type: "query", questions: [{ name: "_rigwire._tcp.local", type: "PTR" }] }),
      dns.encode({
        type: "query",
        questions: [{ name: "cam-1._rigwire._tcp.local", type: "ANY" as "A" }],
        authorities: [...recordsOf({ label: "cam-1" }).slice(1, 2)],
      }),
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...good),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
        fc.nat({ max: 400 }),
      )
      .map(([bytes, changes, length]) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        return copy.subarray(0, Math.max(12, length));
      });
    const counted = fc
      .tuple(fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 }), fc.uint8Array({ maxLength: 300 }))
      .map(([[a = 0, b = 0, c = 0, d = 0], body]) => Buffer.concat([head(a, b, c, d), body]));
    const codec = DnsCodec.load();
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, counted, fc.uint8Array({ maxLength: 600 })), async (bytes) => {
        expect(() => codec.decode(Buffer.from(bytes))).not.toThrow();
        await stranger.send(bytes);
      }),
      { numRuns: RUNS },
    );
    await eventually("the camera is listed", async () => (await names()).includes("cam-1"));
    expect(await camera.shoot()).toBe("shot");
  });

  it("that asks for much in names of its own making is not answered with more than it sent", async () => {
    const { port } = await network();
    const asking = createSocket({ type: "udp4" });
    closing({ close: () => void asking.close() });
    const received: Buffer[] = [];
    asking.on("message", (bytes) => received.push(bytes));
    await new Promise<void>((resolve) => asking.bind(0, resolve));
    asking.setMulticastInterface("127.0.0.1");
    const questions = Array.from({ length: 300 }, () => ({
      name: "_rigwire._tcp.local",
      type: "PTR" as const,
    }));
    const many = dns.encode({ type: "query", questions });
    asking.send(many, port, "224.0.0.251");
    asking.send(dns.encode({ type: "query", id: 7, questions: questions.slice(0, 1) }), port, "224.0.0.251");
    await eventually("the short question is answered", () =>
      received.some((bytes) => bytes.readUInt16BE(0) === 7),
    );
    expect(received.filter((bytes) => bytes.length > 2_000)).toEqual([]);
  });

  it("that comes from a port of its own is no answer", async () => {
    const { port, names } = await network();
    const outsider = closing(await Stranger.join(port, { from: 0 }));
    const stranger = closing(await Stranger.join(port));
    await outsider.answer(...recordsOf({ label: "oven-1" }));
    await stranger.answer(...recordsOf({ label: "oven-2" }));
    await eventually("the later one is listed", async () => (await names()).includes("oven-2"));
    expect(await names()).toEqual(["cam-1", "oven-2"]);
  });

  it("does not list what has control characters in its name, and leaves the others", async () => {
    const { stranger, names } = await network();
    await stranger.answer(...recordsOf({ label: "\u001b]0;owned\u0007" }), ...recordsOf({ label: "a\nb" }));
    await stranger.answer(
      ...recordsOf({ label: "oven-3", text: ["role=device", "name=\u001b[2J", "type=a\rb"] }),
    );
    await eventually("the one that is well is listed", async () => (await names()).includes("oven-3"));
    expect(await names()).toEqual(["cam-1", "oven-3"]);
  });

  it("keeps a device that is there: it is said to be gone, and says that it is not", async () => {
    const { stranger, names, directory } = await network();
    const events: string[] = [];
    const changes = directory.changes$.subscribe(({ kind, device }) => events.push(`${kind} ${device.name}`));
    closing({ close: () => changes.unsubscribe() });
    const goodbye: dns.Answer = {
      name: "_rigwire._tcp.local",
      type: "PTR",
      ttl: 0,
      data: "cam-1._rigwire._tcp.local",
    };
    // Of the seconds after these, one is none in which everybody is asked anyway.
    for (let times = 0; times < 3; times++) {
      await stranger.answer(goodbye);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
    expect(await names()).toEqual(["cam-1"]);
    expect(events).toEqual([]);
  });
});
