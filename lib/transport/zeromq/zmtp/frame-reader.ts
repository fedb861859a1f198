import { memory } from "../../../platform/large-memory";
import { COMMAND, LONG, LONG_HEADER_BYTES, MORE, SHORT_HEADER_BYTES } from "./frames";

/** Bodies up to this size are copied, so that none keeps all the bytes alive with which it came. */
const COPIED_BYTES = 4 * 1024;

/** Room where it is not known how much comes: little for a peer that says little, and more where it was filled. */
const SMALLEST_ROOM_BYTES = 4 * 1024;
const LARGEST_ROOM_BYTES = 64 * 1024;

/** Room is made anew when less than this part of it is left: else it takes too many reads. */
const LEAST_ROOM = 0.25;

/** Memory grows with what came, at most so many times as fast. */
const GROWTH = 4;

const EMPTY = Buffer.alloc(0);

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

export interface FrameReaderOptions {
  /** Of a frame, in bytes; asked each time, since it grows with the handshake. */
  readonly maxFrameBytes: () => number;
  /** Memory that is taken for a frame at once when its header announces it, in bytes; more is taken as it comes. */
  readonly reservedBytes: number;
}

/**
 * Takes a stream apart into frames, however it is cut. Bytes come in pieces ({@link add}), or are put where
 * {@link room} says; a reader is used in one of the two ways. What came lies in one buffer, from `start` to `end`; what
 * lies behind belongs to nobody yet.
 */
export class FrameReader {
  private buffer: Buffer = EMPTY;
  private start = 0;
  private end = 0;
  /** Bodies that were handed over lie in the buffer: it is not written to again. */
  private isShared = false;
  private roomBytes = SMALLEST_ROOM_BYTES;
  /** What began in it went on elsewhere: it is used again. */
  private spare: Buffer | undefined;
  private givesRoom = false;
  /** Of the frame that has begun, as far as its header tells. */
  private missingBytes = 0;

  constructor(private readonly options: FrameReaderOptions) {}

  /** Bytes that came and are not part of a frame that was handed over. */
  get waitingBytes(): number {
    return this.end - this.start;
  }

  /** Memory that it holds, in bytes. */
  get heldBytes(): number {
    return this.buffer.length;
  }

  /** Takes the next bytes. */
  add(piece: Buffer): void {
    if (this.start === this.end) {
      this.use(piece, piece.length);
      return;
    }
    if (this.buffer.length - this.end < piece.length) this.grow(piece.length);
    this.end += piece.copy(this.buffer, this.end);
  }

  /** Where the next bytes are to be put; valid until {@link filled} is called. */
  room(): Buffer {
    this.givesRoom = true;
    if (this.start === this.end) this.makeRoom();
    const wanted = Math.max(this.missingBytes, this.roomBytes);
    const least = Math.min(wanted, this.roomBytes * LEAST_ROOM);
    if (this.buffer.length - this.end < least) this.grow(this.roomBytes);
    return this.buffer.subarray(this.end);
  }

  /** So many bytes were put there. */
  filled(bytes: number): void {
    this.end += bytes;
    if (this.end === this.buffer.length) this.roomBytes = Math.min(this.roomBytes * 2, LARGEST_ROOM_BYTES);
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
    if (bodyBytes > this.options.maxFrameBytes())
      throw new ProtocolViolation("a frame is longer than is taken");
    this.missingBytes = Math.max(headerBytes + bodyBytes - this.waitingBytes, 0);
    if (this.missingBytes > 0) return undefined;
    this.start += headerBytes;
    return {
      isCommand: (flags & COMMAND) !== 0,
      hasMore: (flags & MORE) !== 0,
      body: this.take(bodyBytes),
    };
  }

  /** Takes so many bytes that are no frame and have come. */
  skip(bytes: number): void {
    this.start += bytes;
  }

  /** The bytes so far, without taking them. */
  peek(bytes: number): Buffer {
    return this.buffer.subarray(this.start, Math.min(this.start + bytes, this.end));
  }

  private take(bytes: number): Buffer {
    const body = this.buffer.subarray(this.start, this.start + bytes);
    this.start += bytes;
    const taken = bytes > COPIED_BYTES ? body : Buffer.from(body);
    if (taken === body) this.isShared = true;
    // Else a connection would keep its last message.
    if (this.start === this.end && !this.givesRoom) this.use(EMPTY, 0);
    return taken;
  }

  private header(): Header | undefined {
    const { buffer, start } = this;
    const bytes = this.waitingBytes;
    const flags = buffer[start];
    const short = buffer[start + 1];
    if (bytes < SHORT_HEADER_BYTES || flags === undefined || short === undefined) return undefined;
    if ((flags & ~(MORE | LONG | COMMAND)) !== 0) throw new ProtocolViolation("a frame has unknown flags");
    if ((flags & LONG) === 0) return { flags, headerBytes: SHORT_HEADER_BYTES, bodyBytes: short };
    if (bytes < LONG_HEADER_BYTES) return undefined;
    return {
      flags,
      headerBytes: LONG_HEADER_BYTES,
      bodyBytes: Number(buffer.readBigUInt64BE(start + 1)),
    };
  }

  private makeRoom(): void {
    if (this.buffer.length > LARGEST_ROOM_BYTES) this.use(EMPTY, 0);
    else if (!this.isShared) this.start = this.end = 0;
  }

  private grow(least: number): void {
    const known = this.waitingBytes;
    const most = Math.max(least, known * (GROWTH - 1), this.options.reservedBytes);
    const larger = this.memory(known + Math.min(Math.max(least, this.missingBytes), most));
    this.buffer.copy(larger, 0, this.start, this.end);
    if (this.givesRoom && !this.isShared && this.buffer.length === this.roomBytes) this.spare = this.buffer;
    this.use(larger, known);
  }

  private memory(bytes: number): Buffer {
    const { spare } = this;
    if (spare?.length !== bytes) return memory(bytes);
    this.spare = undefined;
    return spare;
  }

  private use(buffer: Buffer, filled: number): void {
    this.buffer = buffer;
    this.start = 0;
    this.end = filled;
    this.isShared = false;
  }
}
