import { type Frame } from "../../wire/frame";
import { KIND } from "./frame-layout";
import { type FrameWriter } from "./frame-writer";

/** A reply longer than this leaves in pieces of this size, between which smaller ones find their way. */
const PIECE_BYTES = 256 * 1024;

/** The longest text that can have so many bytes is not counted. */
const MAX_BYTES_PER_UNIT = 3;

interface LargeReply {
  readonly id: number;
  readonly frames: readonly Uint8Array[];
  readonly bytes: number;
}

const encoder = new TextEncoder();

/** Replies that leave in pieces, one after the other, as quickly as the client reads. */
export class LargeReplies {
  private readonly waiting: LargeReply[] = [];
  /** What is left of the one that is under way. */
  private pieces: Uint8Array[] = [];
  /** Of all that waits. */
  bytes = 0;

  constructor(private readonly writer: FrameWriter) {}

  get length(): number {
    return this.waiting.length;
  }

  static isLarge(frames: readonly Frame[]): boolean {
    let bytes = 0;
    for (const frame of frames) {
      bytes += typeof frame === "string" ? frame.length * MAX_BYTES_PER_UNIT : frame.length;
    }
    return bytes > PIECE_BYTES;
  }

  add(id: number, frames: readonly Frame[]): void {
    const encoded = frames.map((frame) => (typeof frame === "string" ? encoder.encode(frame) : frame));
    const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
    this.waiting.push({ id, frames: encoded, bytes });
    this.bytes += bytes;
    this.sendMore();
  }

  /** Sends the next piece if the client has read those before. */
  sendMore(): void {
    while (this.writer.backlog < PIECE_BYTES) {
      const piece = this.pieces.shift();
      if (piece === undefined) {
        if (!this.beginNext()) return;
        continue;
      }
      this.bytes -= piece.length;
      this.writer.write(KIND.piece, 0, [piece]);
    }
  }

  clear(): void {
    this.waiting.length = 0;
    this.pieces = [];
    this.bytes = 0;
  }

  private beginNext(): boolean {
    const next = this.waiting.shift();
    if (next === undefined) return false;
    this.writer.announce(
      KIND.large,
      next.id,
      next.frames.map(({ length }) => length),
    );
    this.pieces = next.frames.flatMap(inPieces);
    return true;
  }
}

function inPieces(frame: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(frame.length / PIECE_BYTES) }, (_, index) =>
    frame.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
}
