import fc from "fast-check";
import { FrameReader } from "../../lib/transport/zeromq/zmtp/frame-reader";
import { encodeMessage } from "../../lib/transport/zeromq/zmtp/frames";

const MIB = 1024 * 1024;

type Way = (reader: FrameReader, piece: Buffer) => void;

const WAYS: readonly [string, Way][] = [
  ["in pieces", (reader, piece) => reader.add(piece)],
  ["to where there is room", putWhereThereIsRoom],
];

function putWhereThereIsRoom(reader: FrameReader, piece: Buffer): void {
  let put = 0;
  while (put < piece.length) {
    const bytes = piece.copy(reader.room(), 0, put);
    reader.filled(bytes);
    put += bytes;
  }
}

function readerOf(reservedBytes = 64 * 1024): FrameReader {
  return new FrameReader({ maxFrameBytes: () => 8 * MIB, reservedBytes });
}

function takeAll(reader: FrameReader): Buffer[] {
  const bodies: Buffer[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) bodies.push(frame.body);
  return bodies;
}

function inPieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let start = 0;
  for (let index = 0; start < bytes.length; index++) {
    const end = start + (sizes[index % sizes.length] ?? 1);
    pieces.push(Buffer.from(bytes.subarray(start, end)));
    start = end;
  }
  return pieces;
}

describe.each(WAYS)("Frames of ZMTP whose bytes come %s", (_name, put) => {
  it("are read as they were written, however the stream is cut, and stay so", () => {
    const frames = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 255 })),
      { minLength: 1, maxLength: 8 },
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(frames, cuts, (shapes, sizes) => {
        const written = shapes.map(([bytes, value]) => Buffer.alloc(bytes, value));
        const stream = Buffer.concat(encodeMessage(written));
        const reader = readerOf();
        const read: Buffer[] = [];
        for (const piece of inPieces(stream, sizes)) {
          put(reader, piece);
          read.push(...takeAll(reader));
        }
        expect(reader.waitingBytes).toBe(0);
        expect(read.map(({ length }) => length)).toEqual(written.map(({ length }) => length));
        expect(read.every((body, index) => written[index]?.equals(body))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("take no more memory than what came, times four, where a peer only announces them", () => {
    const reader = readerOf();
    const [header] = encodeMessage([Buffer.alloc(8 * MIB)]);
    put(reader, Buffer.from(header ?? []));
    put(reader, Buffer.alloc(100_000));
    reader.next();
    expect(reader.heldBytes).toBeLessThan(4 * (100_000 + 64 * 1024));
  });

  it("keep no memory when they were taken", () => {
    const reader = readerOf();
    put(reader, Buffer.concat(encodeMessage([Buffer.alloc(4 * MIB)])));
    reader.next();
    if (put === putWhereThereIsRoom) reader.room();
    expect(reader.heldBytes).toBeLessThanOrEqual(64 * 1024);
  });
});
