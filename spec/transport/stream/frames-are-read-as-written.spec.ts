import fc from "../../support/seeded-fast-check";
import { FrameDecoder } from "../../../lib/transport/stream/frame-decoder";
import { KIND } from "../../../lib/transport/stream/frame-layout";
import { encodeFrame, FrameWriter } from "../../../lib/transport/stream/frame-writer";
import { LargeReplies } from "../../../lib/transport/stream/large-replies";
import { type Carrier } from "../../../lib/transport/stream/carrier";

const LIMIT = 4 * 1024 * 1024;

/** Keeps what is written, as a peer that reads when the test says. */
class KeepingCarrier implements Carrier {
  readonly chunks: Buffer[] = [];
  backlog = 0;

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.chunks.push(Buffer.from(chunk));
      this.backlog += chunk.length;
    }
  }

  pause(): void {
    throw new Error("nothing is read");
  }

  resume(): void {
    throw new Error("nothing is read");
  }

  end(): void {
    throw new Error("it is not ended");
  }

  destroy(): void {
    throw new Error("it is not ended");
  }
}

interface Read {
  readonly kind: number;
  readonly id: number;
  readonly parts: readonly string[];
}

function reader(limit = LIMIT): { readonly decoder: FrameDecoder; readonly read: Read[] } {
  const read: Read[] = [];
  const decoder = new FrameDecoder(limit, 2, (kind, id, parts) =>
    read.push({ kind, id, parts: parts.map((part) => Buffer.from(part).toString("base64")) }),
  );
  return { decoder, read };
}

const part = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.nat({ max: 40_000 }).map((length) => "é".repeat(length)),
  fc.uint8Array({ maxLength: 40 }),
  fc.nat({ max: 600_000 }).map((length) => new Uint8Array(length).fill(length)),
);

const frames = fc.array(
  fc.record({
    id: fc.nat({ max: 2 ** 48 - 1 }),
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 12 },
);

function base64(bytes: string | Uint8Array): string {
  return Buffer.from(typeof bytes === "string" ? Buffer.from(bytes) : bytes).toString("base64");
}

describe("frames", () => {
  it("are read as they were written, whatever the chunks in which they come", () => {
    fc.assert(
      fc.property(
        frames,
        fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }),
        (written, sizes) => {
          const carrier = new KeepingCarrier();
          const writer = new FrameWriter(carrier);
          for (const { id, parts } of written) writer.write(KIND.message, id, parts);
          writer.flush();
          const bytes = Buffer.concat(carrier.chunks);
          const { decoder, read } = reader();
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            decoder.push(bytes.subarray(at, at + size));
            at += size;
          }

          expect(read).toEqual(
            written.map(({ id, parts }) => ({ kind: KIND.message, id, parts: parts.map(base64) })),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it("are read when they come byte by byte", () => {
    const { decoder, read } = reader();
    const bytes = Buffer.concat([
      encodeFrame(KIND.ping, 0, []),
      encodeFrame(KIND.signal, 0, ["moved", "[1]"]),
      encodeFrame(KIND.message, 2 ** 40 + 7, ["{}", ""]),
    ]);
    for (const byte of bytes) decoder.push(Buffer.from([byte]));

    expect(read).toEqual([
      { kind: KIND.ping, id: 0, parts: [] },
      { kind: KIND.signal, id: 0, parts: [base64("moved"), base64("[1]")] },
      { kind: KIND.message, id: 2 ** 40 + 7, parts: [base64("{}"), ""] },
    ]);
  });

  it("stand in bytes as the page of the protocol says", () => {
    expect(Buffer.from(encodeFrame(KIND.message, 258, ["{}", "ab"])).toString("hex")).toBe(
      ["02", "02", "000000000102", "00000002", "00000002", "7b7d", "6162"].join(""),
    );
  });

  it("of a large reply let others between its pieces, and are one message in the end", () => {
    const carrier = new KeepingCarrier();
    const writer = new FrameWriter(carrier);
    const large = new LargeReplies(writer);
    const data = Buffer.alloc(1_000_000, 7);
    large.add(1, ['{"info":1}', data]);
    writer.write(KIND.message, 2, ["small"]);
    while (large.bytes > 0) {
      writer.flush();
      carrier.backlog = 0;
      large.sendMore();
    }
    writer.flush();
    const { decoder, read } = reader();
    for (const chunk of carrier.chunks) decoder.push(chunk);

    expect(read.map(({ id }) => id)).toEqual([2, 1]);
    // By what they are: a difference of a million characters cannot be read.
    expect(read[1]?.parts[0]).toBe(base64('{"info":1}'));
    expect(read[1]?.parts[1] === base64(data)).toBe(true);
  });
});

describe("what is no frame", () => {
  const head = (kind: number, parts: number, ...lengths: number[]) => {
    const bytes = Buffer.alloc(8 + 4 * lengths.length);
    bytes.set([kind, parts]);
    for (const [index, length] of lengths.entries()) bytes.writeUInt32BE(length, 8 + 4 * index);
    return bytes;
  };

  it.each([
    ["an unknown kind", head(99, 1, 0)],
    ["the beginning of HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["more parts than there may be", head(KIND.message, 16, 0)],
    ["a message without a part", head(KIND.message, 0)],
    ["a piece that was not announced", head(KIND.piece, 1, 5)],
    ["a part beyond the limit", head(KIND.message, 1, LIMIT + 1)],
    ["parts that are too large together", head(KIND.message, 3, LIMIT, LIMIT, LIMIT)],
    [
      "a second large reply before the first is complete",
      Buffer.concat([head(KIND.large, 1, 9), head(KIND.large, 1, 9)]),
    ],
    ["a piece longer than its reply", Buffer.concat([head(KIND.large, 1, 4), head(KIND.piece, 1, 5)])],
    ["an empty piece", Buffer.concat([head(KIND.large, 1, 4), head(KIND.piece, 1, 0)])],
  ])("is refused: %s", (_what, bytes) => {
    expect(() => reader().decoder.push(bytes)).toThrow(/stream|maxMessageBytes/);
  });

  it("takes no memory for what it announces beyond the limit", () => {
    const before = process.memoryUsage().arrayBuffers;
    const { decoder } = reader(1_000);

    expect(() => decoder.push(head(KIND.message, 1, 2 ** 32 - 1))).toThrow(
      /larger than maxMessageBytes \(1000\)/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});
