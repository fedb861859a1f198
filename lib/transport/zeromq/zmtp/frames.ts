import { frameBytes, type Frame } from "../../../wire/frame";

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const SHORT_HEADER_BYTES = 2;
const LONG_HEADER_BYTES = 9;
const MAX_SHORT_BYTES = 255;

/** Frames up to this size are copied together into one piece; larger ones are sent as they are. */
const MAX_COPIED_BYTES = 16 * 1024;

const SMALL_PIECE_BYTES = 1024;
const TAIL_BYTES = 64 * 1024;

/** A frame as it came (ZMTP 3, ZeroMQ RFC 23). */
export interface ReceivedFrame {
  readonly isCommand: boolean;
  readonly hasMore: boolean;
  readonly body: Buffer;
}

/** What the header of a frame says. */
interface Header {
  readonly flags: number;
  readonly headerBytes: number;
  readonly bodyBytes: number;
}

/** A peer sent what it must not; its connection ends. */
export class ProtocolViolation extends Error {}

/** Takes a stream apart into frames, however it is cut. */
export class FrameReader {
  private pieces: Buffer[] = [];
  /** Where small pieces are put together: one by one they would take many times their size. */
  private tail: Buffer | undefined;
  private tailEnd = 0;
  /** Bytes that came and are not part of a frame that was handed over. */
  waitingBytes = 0;

  /** @param maxFrameBytes - Of a frame; asked each time, since it grows with the handshake. */
  constructor(private readonly maxFrameBytes: () => number) {}

  add(piece: Buffer): void {
    this.waitingBytes += piece.length;
    const last = this.pieces.at(-1);
    if (last === undefined || piece.length >= SMALL_PIECE_BYTES) this.pieces.push(piece);
    else if (this.continues(last, piece.length)) this.append(last, piece);
    else this.pieces.push(this.newTail(piece));
  }

  /**
   * Takes the next frame.
   *
   * @returns Nothing where it is not complete yet.
   * @throws ProtocolViolation for a frame that is longer than is taken.
   */
  next(): ReceivedFrame | undefined {
    const header = this.header();
    if (header === undefined) return undefined;
    const { flags, headerBytes, bodyBytes } = header;
    if (bodyBytes > this.maxFrameBytes()) throw new ProtocolViolation("a frame is longer than is taken");
    if (this.waitingBytes < headerBytes + bodyBytes) return undefined;
    const frame = this.take(headerBytes + bodyBytes);
    return {
      isCommand: (flags & COMMAND) !== 0,
      hasMore: (flags & MORE) !== 0,
      body: frame.subarray(headerBytes),
    };
  }

  /** Takes so many bytes that are no frame. */
  takeRaw(bytes: number): Buffer {
    return this.take(bytes);
  }

  /** The bytes so far, without taking them; for what is short. */
  peek(bytes: number): Buffer {
    let [first] = this.pieces;
    while (first !== undefined && first.length < bytes && this.pieces.length > 1) {
      first = Buffer.concat(this.pieces.splice(0, 2));
      this.pieces.unshift(first);
    }
    return first?.subarray(0, bytes) ?? Buffer.alloc(0);
  }

  private continues(last: Buffer, bytes: number): boolean {
    return last.buffer === this.tail?.buffer && this.tailEnd + bytes <= this.tail.length;
  }

  private append(last: Buffer, piece: Buffer): void {
    if (this.tail === undefined) return;
    piece.copy(this.tail, this.tailEnd);
    this.tailEnd += piece.length;
    this.pieces[this.pieces.length - 1] = Buffer.from(
      this.tail.buffer,
      last.byteOffset,
      last.length + piece.length,
    );
  }

  private newTail(piece: Buffer): Buffer {
    this.tail = Buffer.allocUnsafeSlow(TAIL_BYTES);
    this.tailEnd = piece.copy(this.tail);
    return this.tail.subarray(0, this.tailEnd);
  }

  private header(): Header | undefined {
    const start = this.peek(LONG_HEADER_BYTES);
    const [flags, short] = start;
    if (flags === undefined || short === undefined) return undefined;
    if ((flags & ~(MORE | LONG | COMMAND)) !== 0) throw new ProtocolViolation("a frame has unknown flags");
    if ((flags & LONG) === 0) return { flags, headerBytes: SHORT_HEADER_BYTES, bodyBytes: short };
    if (start.length < LONG_HEADER_BYTES) return undefined;
    return { flags, headerBytes: LONG_HEADER_BYTES, bodyBytes: Number(start.readBigUInt64BE(1)) };
  }

  private take(bytes: number): Buffer {
    this.waitingBytes -= bytes;
    const [first] = this.pieces;
    if (first !== undefined && first.length > bytes) {
      this.pieces[0] = first.subarray(bytes);
      return first.subarray(0, bytes);
    }
    if (first?.length === bytes) {
      this.pieces.shift();
      return first;
    }
    let count = 0;
    for (let sum = 0; sum < bytes && count < this.pieces.length; count++)
      sum += this.pieces[count]?.length ?? 0;
    const all = Buffer.concat(this.pieces.splice(0, count));
    if (all.length > bytes) this.pieces.unshift(all.subarray(bytes));
    return all.subarray(0, bytes);
  }
}

/** A message as pieces for a stream: small frames together, large ones without a copy. */
export function encodeMessage(frames: readonly Frame[]): Uint8Array[] {
  const sizes = frames.map(frameBytes);
  const pieces: Uint8Array[] = [];
  let piece = Buffer.allocUnsafe(copiedBytes(frames, sizes));
  let end = 0;
  for (const [index, frame] of frames.entries()) {
    const bytes = sizes[index] ?? 0;
    end = writeHeader(piece, end, index < frames.length - 1 ? MORE : 0, bytes);
    if (typeof frame === "string") {
      end += piece.write(frame, end);
    } else if (bytes <= MAX_COPIED_BYTES) {
      piece.set(frame, end);
      end += bytes;
    } else {
      pieces.push(piece.subarray(0, end), frame);
      piece = piece.subarray(end);
      end = 0;
    }
  }
  if (end > 0) pieces.push(piece.subarray(0, end));
  return pieces;
}

/** A message in one piece. */
export function encodeWhole(...frames: readonly Frame[]): Uint8Array {
  const pieces = encodeMessage(frames);
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}

/** Where the body of an encoded frame begins. */
export function bodyStart(frame: Uint8Array): number {
  return ((frame[0] ?? 0) & LONG) === 0 ? SHORT_HEADER_BYTES : LONG_HEADER_BYTES;
}

export function encodeCommandFrame(command: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(LONG_HEADER_BYTES + command.length);
  const end = writeHeader(frame, 0, COMMAND, command.length);
  return frame.subarray(0, end + command.copy(frame, end));
}

/** With the headers of all; texts are always copied, since they have to be encoded. */
function copiedBytes(frames: readonly Frame[], sizes: readonly number[]): number {
  return sizes.reduce((sum, bytes, index) => {
    const isCopied = typeof frames[index] === "string" || bytes <= MAX_COPIED_BYTES;
    return sum + LONG_HEADER_BYTES + (isCopied ? bytes : 0);
  }, 0);
}

function writeHeader(target: Buffer, at: number, flags: number, bytes: number): number {
  if (bytes <= MAX_SHORT_BYTES) {
    target[at] = flags;
    target[at + 1] = bytes;
    return at + SHORT_HEADER_BYTES;
  }
  target[at] = flags | LONG;
  target.writeBigUInt64BE(BigInt(bytes), at + 1);
  return at + LONG_HEADER_BYTES;
}
