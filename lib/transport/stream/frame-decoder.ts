import { MalformedMessageError } from "../../errors";
import { platform } from "../../platform/current";
import {
  FIXED_HEAD_BYTES,
  isPossible,
  KIND,
  LENGTH_BYTES,
  MAX_HEAD_BYTES,
  readId,
  readLength,
} from "./frame-layout";

/** Gets each frame that is complete. The parts may lie in what was read: take a copy of what is kept. */
export type FrameReceiver = (kind: number, id: number, parts: readonly Uint8Array[]) => void;

/** Where the bytes go that are still to come. */
interface Filling {
  readonly target: Uint8Array;
  offset: number;
  readonly end: number;
}

interface Head {
  readonly kind: number;
  readonly id: number;
  readonly lengths: readonly number[];
  readonly bytes: number;
}

/** A reply that comes in pieces. */
interface Large {
  readonly head: Head;
  readonly target: Uint8Array;
  filled: number;
}

/** From so many bytes on it is worth reading them to where they stay. */
const LARGE_BYTES = 16 * 1024;

const PARTS_AT = 1;
const ID_AT = 2;

/**
 * Makes frames of bytes that come in chunks of any size. It trusts nothing: lengths are compared with the limit before
 * memory is taken for them.
 */
export class FrameDecoder {
  private readonly pendingHead = new Uint8Array(MAX_HEAD_BYTES);
  private pendingHeadBytes = 0;
  private head: Head | undefined;
  private filling: Filling | undefined;
  private large: Large | undefined;
  private isStopped = false;
  private isResting = false;
  /** Whether parts that were handed over lie in the chunk that was pushed last. */
  isChunkShared = false;

  /**
   * @param maxPartBytes - The longest part that is taken; it may be changed between two frames.
   * @param maxParts - How many parts as long as that one frame may have together.
   */
  constructor(
    public maxPartBytes: number,
    private readonly maxParts: number,
    private readonly onFrame: FrameReceiver,
  ) {}

  /** The memory that is taken for what has not come whole, in bytes. */
  get unfinishedBytes(): number {
    const large = this.large?.target;
    const other = this.filling?.target === large ? undefined : this.filling?.target;
    return (large?.length ?? 0) + (other?.length ?? 0);
  }

  /** Whether the next byte begins a frame, and none is under way in pieces. */
  get isBetweenFrames(): boolean {
    return this.pendingHeadBytes === 0 && this.filling === undefined && this.large === undefined;
  }

  /**
   * Takes the next bytes, and hands over the frames that are complete with them.
   *
   * @returns How many it took: fewer where {@link rest} was called meanwhile.
   * @throws MalformedMessageError for what is no frame, or is larger than the limit. Nothing that follows can be read.
   */
  push(chunk: Uint8Array): number {
    this.isChunkShared = false;
    this.isResting = false;
    let offset = 0;
    while (offset < chunk.length && !this.isHeldUp) {
      offset =
        this.filling === undefined ? this.readHead(chunk, offset) : this.fill(chunk, offset, this.filling);
    }
    return offset;
  }

  /** Hands over nothing more of what is being pushed: the rest is to be pushed again. */
  rest(): void {
    this.isResting = true;
  }

  /**
   * Where the next bytes may be put that belong to a large part, without a copy; then {@link filled} is called.
   *
   * @returns Nothing where they are to be pushed.
   */
  room(): Uint8Array | undefined {
    const { filling } = this;
    if (filling === undefined || filling.end - filling.offset < LARGE_BYTES) return undefined;
    return filling.target.subarray(filling.offset, filling.end);
  }

  /** So many bytes at most are worth reading at once: what follows them is to be put elsewhere. */
  get wantedBytes(): number {
    if (this.large === undefined || this.filling !== undefined || this.pendingHeadBytes > 0) return Infinity;
    return FIXED_HEAD_BYTES + LENGTH_BYTES;
  }

  /** So many bytes were put there. */
  filled(bytes: number): void {
    // It was stopped meanwhile.
    if (this.filling === undefined) return;
    this.filling.offset += bytes;
    this.filledTo(this.filling);
  }

  /** Hands over nothing more, not even of what was pushed already. */
  stop(): void {
    this.isStopped = true;
    this.filling = undefined;
    this.large = undefined;
  }

  private get isHeldUp(): boolean {
    return this.isStopped || this.isResting;
  }

  /** @returns Where to read on. */
  private readHead(chunk: Uint8Array, offset: number): number {
    if (this.pendingHeadBytes === 0) {
      const needed = headBytesOf(chunk, offset, chunk.length - offset);
      if (needed <= chunk.length - offset) {
        return this.begin(this.headOf(chunk, offset), chunk, offset + needed);
      }
    }
    let next = offset;
    while (next < chunk.length) {
      if (this.pendingHeadBytes >= headBytesOf(this.pendingHead, 0, this.pendingHeadBytes)) break;
      this.pendingHead[this.pendingHeadBytes++] = chunk[next++] ?? 0;
    }
    if (this.pendingHeadBytes < headBytesOf(this.pendingHead, 0, this.pendingHeadBytes)) return next;
    this.pendingHeadBytes = 0;
    return this.begin(this.headOf(this.pendingHead, 0), chunk, next);
  }

  private headOf(bytes: Uint8Array, at: number): Head {
    const kind = bytes[at] ?? 0;
    const parts = bytes[at + PARTS_AT] ?? 0;
    const lengths: number[] = [];
    let sum = 0;
    for (let part = 0; part < parts; part++) {
      const length = readLength(bytes, at + FIXED_HEAD_BYTES + part * LENGTH_BYTES);
      if (length > this.maxPartBytes) throw tooLarge(length, this.maxPartBytes);
      lengths.push(length);
      sum += length;
    }
    if (sum > this.maxPartBytes * this.maxParts) throw tooLarge(sum, this.maxPartBytes * this.maxParts);
    return { kind, id: readId(bytes, at + ID_AT), lengths, bytes: sum };
  }

  private begin(head: Head, chunk: Uint8Array, offset: number): number {
    if (head.kind === KIND.large) {
      if (this.large !== undefined) throw malformed("a large reply was announced while another is under way");
      this.large = { head, target: platform().memory(head.bytes), filled: 0 };
      if (head.bytes === 0) this.endLarge(this.large);
      return offset;
    }
    if (head.kind === KIND.piece) return this.beginPiece(head, offset);
    const end = offset + head.bytes;
    if (end <= chunk.length) {
      this.isChunkShared = true;
      this.emit(head, chunk, offset);
      return end;
    }
    this.head = head;
    this.filling = { target: platform().memory(head.bytes), offset: 0, end: head.bytes };
    return offset;
  }

  private beginPiece({ bytes }: Head, offset: number): number {
    const { large } = this;
    if (large === undefined) throw malformed("a piece of a reply came that was not announced");
    if (bytes === 0) throw malformed("a piece without bytes");
    if (large.filled + bytes > large.target.length) throw malformed("a piece is longer than its reply");
    this.filling = { target: large.target, offset: large.filled, end: large.filled + bytes };
    return offset;
  }

  private fill(chunk: Uint8Array, offset: number, filling: Filling): number {
    const taken = Math.min(filling.end - filling.offset, chunk.length - offset);
    filling.target.set(
      offset === 0 && taken === chunk.length ? chunk : chunk.subarray(offset, offset + taken),
      filling.offset,
    );
    filling.offset += taken;
    this.filledTo(filling);
    return offset + taken;
  }

  private filledTo({ target, offset, end }: Filling): void {
    if (offset < end) return;
    this.filling = undefined;
    const { head, large } = this;
    this.head = undefined;
    if (head !== undefined) {
      this.emit(head, target, 0);
    } else if (large !== undefined) {
      large.filled = end;
      if (end === target.length) this.endLarge(large);
    }
  }

  private endLarge({ head, target }: Large): void {
    this.large = undefined;
    this.emit({ ...head, kind: KIND.message }, target, 0);
  }

  private emit({ kind, id, lengths }: Head, bytes: Uint8Array, offset: number): void {
    let begin = offset;
    const parts = lengths.map((length) => bytes.subarray(begin, (begin += length)));
    this.onFrame(kind, id, parts);
  }
}

/** How long the head is that begins there, as far as its bytes tell by now. */
function headBytesOf(bytes: Uint8Array, at: number, available: number): number {
  if (available <= PARTS_AT) return FIXED_HEAD_BYTES;
  const kind = bytes[at] ?? 0;
  const parts = bytes[at + PARTS_AT] ?? 0;
  if (!isPossible(kind, parts)) throw malformed(`no frame begins with the bytes ${kind} and ${parts}`);
  return FIXED_HEAD_BYTES + LENGTH_BYTES * parts;
}

function malformed(problem: string): MalformedMessageError {
  return new MalformedMessageError(`the stream cannot be read: ${problem}`);
}

function tooLarge(bytes: number, limit: number): MalformedMessageError {
  return new MalformedMessageError(
    `a message of ${bytes} bytes is larger than maxMessageBytes (${limit}) allows`,
  );
}
