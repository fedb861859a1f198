import { platform } from "../../platform/current";
import { type Frame } from "../../wire/frame";
import { type Carrier } from "./carrier";
import { FIXED_HEAD_BYTES, type Kind, LENGTH_BYTES, writeId, writeLength } from "./frame-layout";

/**
 * Heads and small parts are written into memory that many frames share, so much at a time: little where little is sent,
 * since a server may have thousands of clients.
 */
const LEAST_SLAB_BYTES = 1024;
const MOST_SLAB_BYTES = 64 * 1024;

/** A slab that lasts for more flushes than this is larger than it needs to be. */
const FEW_FLUSHES = 16;

/** Texts up to this length are written where they are needed, without memory of their own. */
const SHORT_TEXT = 16 * 1024;

/** Shorter bytes are copied to those around them: a write of their own would cost more. */
const SHORT_BYTES = 4 * 1024;

/** So much leaves at once, so that the peer has something to do while this side makes the rest. */
const PLENTY_BYTES = 256 * 1024;

/** A UTF-16 unit of a text takes at most this many bytes. */
const MAX_BYTES_PER_UNIT = 3;

const encoder = new TextEncoder();

/** Writes frames to a carrier. Those of one turn of the event loop leave together. */
export class FrameWriter {
  private slab = new Uint8Array(0);
  /** What is written lies in the slab from here … */
  private begin = 0;
  /** … to here. */
  private end = 0;
  /** What stands before it. */
  private chunks: Uint8Array[] = [];
  private chunkBytes = 0;
  /** What the carrier got. */
  private handedBytes = 0;
  private isScheduled = false;
  private slabBytes = LEAST_SLAB_BYTES;
  /** Of this slab. */
  private flushes = 0;

  /** Made once, and not for each message. */
  private readonly onEndOfTurn = () => {
    this.isScheduled = false;
    this.flush();
  };

  constructor(private readonly carrier: Carrier) {}

  /** Bytes that were written since the beginning; some of them may wait. */
  get writtenBytes(): number {
    return this.handedBytes + this.chunkBytes + this.end - this.begin;
  }

  /** Bytes that wait here or in the carrier. */
  get backlog(): number {
    return this.chunkBytes + this.end - this.begin + this.carrier.backlog;
  }

  /** @param parts - Long ones are sent without a copy: leave them alone afterwards. */
  write(kind: Kind, id: number, parts: readonly Frame[]): void {
    const lengthsAt = this.head(kind, id, parts);
    const { slab } = this;
    for (const [index, part] of parts.entries()) {
      writeLength(slab, lengthsAt + index * LENGTH_BYTES, this.part(part));
    }
    this.schedule();
  }

  /**
   * Writes the head of a frame alone; what it announces follows by itself.
   *
   * @param lengths - Of what it announces, in bytes.
   */
  announce(kind: Kind, id: number, lengths: readonly number[]): void {
    this.makeRoom(FIXED_HEAD_BYTES + LENGTH_BYTES * lengths.length);
    const lengthsAt = this.fixedHead(kind, id, lengths.length);
    for (const [index, length] of lengths.entries()) {
      writeLength(this.slab, lengthsAt + index * LENGTH_BYTES, length);
    }
    this.schedule();
  }

  /** Sends bytes that are a frame already. They are not changed, so that several writers may send the same. */
  encoded(frame: Uint8Array): void {
    this.makeRoom(frame.length <= SHORT_BYTES ? frame.length : 0);
    this.part(frame);
    this.schedule();
  }

  /** Hands over what was written. */
  flush(): void {
    this.seal();
    if (this.chunks.length === 0) return;
    this.flushes += 1;
    const { chunks } = this;
    this.chunks = [];
    this.handedBytes += this.chunkBytes;
    this.chunkBytes = 0;
    this.carrier.write(chunks);
  }

  /** @returns Where the lengths of the parts stand. */
  private head(kind: Kind, id: number, parts: readonly Frame[]): number {
    let room = FIXED_HEAD_BYTES + LENGTH_BYTES * parts.length;
    for (const part of parts) room += roomFor(part);
    this.makeRoom(room);
    return this.fixedHead(kind, id, parts.length);
  }

  private fixedHead(kind: Kind, id: number, parts: number): number {
    const { slab, end } = this;
    slab[end] = kind;
    slab[end + 1] = parts;
    writeId(slab, end + 2, id);
    const lengthsAt = end + FIXED_HEAD_BYTES;
    this.end = lengthsAt + LENGTH_BYTES * parts;
    return lengthsAt;
  }

  /** @returns Its bytes. */
  private part(part: Frame): number {
    if (typeof part !== "string") return this.bytes(part);
    if (part.length > SHORT_TEXT) return this.bytes(encoder.encode(part));
    const { written } = encoder.encodeInto(part, this.slab.subarray(this.end));
    this.end += written;
    return written;
  }

  private bytes(bytes: Uint8Array): number {
    if (bytes.length <= SHORT_BYTES) {
      this.slab.set(bytes, this.end);
      this.end += bytes.length;
    } else {
      this.seal();
      this.chunks.push(bytes);
      this.chunkBytes += bytes.length;
    }
    return bytes.length;
  }

  private makeRoom(bytes: number): void {
    if (this.slab.length - this.end >= bytes) return;
    this.seal();
    if (this.flushes <= 1) this.slabBytes = Math.min(this.slabBytes * 2, MOST_SLAB_BYTES);
    else if (this.flushes > FEW_FLUSHES) this.slabBytes = Math.max(this.slabBytes / 2, LEAST_SLAB_BYTES);
    this.flushes = 0;
    this.slab = new Uint8Array(Math.max(this.slabBytes, bytes));
    this.begin = this.end = 0;
  }

  private seal(): void {
    if (this.end === this.begin) return;
    this.chunks.push(this.slab.subarray(this.begin, this.end));
    this.chunkBytes += this.end - this.begin;
    this.begin = this.end;
  }

  private schedule(): void {
    if (this.chunkBytes > PLENTY_BYTES) this.flush();
    if (this.isScheduled) return;
    this.isScheduled = true;
    platform().endOfTurn(this.onEndOfTurn);
  }
}

/** What a part may take of a slab. */
function roomFor(part: Frame): number {
  if (typeof part !== "string") return part.length <= SHORT_BYTES ? part.length : 0;
  // A text that is short in bytes alone is decided when they are known.
  return part.length <= SHORT_TEXT ? part.length * MAX_BYTES_PER_UNIT : 0;
}

/** A frame as bytes, for what goes to several. */
export function encodeFrame(kind: Kind, id: number, parts: readonly Frame[]): Uint8Array {
  const whole = parts.map(asWhole);
  const headBytes = FIXED_HEAD_BYTES + LENGTH_BYTES * parts.length;
  const frame = new Uint8Array(whole.reduce((sum, part) => sum + mostBytesOf(part), headBytes));
  frame[0] = kind;
  frame[1] = parts.length;
  writeId(frame, 2, id);
  let end = headBytes;
  for (const [index, part] of whole.entries()) {
    const written = put(part, frame, end);
    writeLength(frame, FIXED_HEAD_BYTES + index * LENGTH_BYTES, written);
    end += written;
  }
  return end === frame.length ? frame : frame.subarray(0, end);
}

/** Long texts as bytes: their memory is not taken for the most that they could need. */
function asWhole(part: Frame): Frame {
  return typeof part === "string" && part.length > SHORT_TEXT ? encoder.encode(part) : part;
}

function mostBytesOf(part: Frame): number {
  return typeof part === "string" ? part.length * MAX_BYTES_PER_UNIT : part.length;
}

/** @returns Its bytes. */
function put(part: Frame, target: Uint8Array, at: number): number {
  if (typeof part === "string") return encoder.encodeInto(part, target.subarray(at)).written;
  target.set(part, at);
  return part.length;
}
