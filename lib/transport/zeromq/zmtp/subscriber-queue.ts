import { type ZmtpConnection } from "./zmtp-connection";

/** Of one subscriber. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** Of all subscribers of a publisher together; beyond it a subscriber has its small share only. */
const MAX_WAITING_BYTES_OF_ALL = 256 * 1024 * 1024;
const SHARE_BYTES = 1024 * 1024;

/** Small messages are handed to the system in pieces of about this size. */
const PIECE_BYTES = 64 * 1024;

/** What waits for the subscribers of one publisher, all together. */
export interface Backlog {
  bytes: number;
}

/**
 * The signals that wait for one subscriber, bounded in number and in bytes. What comes beyond it misses; their numbers
 * tell it so. Messages are not copied while they wait: all subscribers share them.
 */
export class SubscriberQueue {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  /** With what was handed to the system and not taken by it yet. */
  private count = 0;
  private bytes = 0;
  private isWriting = false;
  private isScheduled = false;
  private isOver = false;
  /** The subscriber takes messages of two frames. */
  takesSecondFrames = false;

  constructor(
    private readonly connection: ZmtpConnection,
    private readonly highWaterMark: number,
    private readonly all: Backlog,
  ) {}

  /**
   * @param message - Encoded; left alone from now on.
   * @returns False where there is no room for it: then the subscriber misses it.
   */
  add(message: Uint8Array): boolean {
    if (this.isOver) return true;
    if (!this.hasRoomFor(message.length)) return false;
    this.waiting.push(message);
    this.waitingBytes += message.length;
    this.changeBy(1, message.length);
    if (this.isWriting) return true;
    // The first leaves at once, before a reply that is made after it. What is sent in a row then leaves together, but
    // not only at its end: the system takes some meanwhile.
    const isPlenty = this.waitingBytes >= PIECE_BYTES || 2 * this.waiting.length >= this.highWaterMark;
    if (isPlenty || !this.isScheduled) this.flush();
    if (!this.isScheduled) this.flushLater();
    return true;
  }

  /** Sends what waits, for so long at most, in milliseconds; takes nothing more. */
  async end(lingerMs: number): Promise<void> {
    this.isOver = true;
    for (const message of this.waiting) this.connection.sendEncoded(message, () => undefined);
    this.waiting = [];
    await this.connection.end(lingerMs);
  }

  /** Lets go of everything. Idempotent. */
  discard(): void {
    this.isOver = true;
    this.waiting = [];
    this.changeBy(-this.count, -this.bytes);
  }

  private hasRoomFor(bytes: number): boolean {
    if (this.count === 0) return true;
    const sum = this.bytes + bytes;
    if (this.count >= this.highWaterMark || sum > MAX_WAITING_BYTES) return false;
    return sum <= SHARE_BYTES || this.all.bytes + bytes <= MAX_WAITING_BYTES_OF_ALL;
  }

  private flushLater(): void {
    this.isScheduled = true;
    process.nextTick(() => {
      this.isScheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    while (this.waiting.length > 0 && !this.isWriting && !this.isOver) this.writePiece();
  }

  private writePiece(): void {
    const { count, bytes } = this.nextPiece();
    const piece = this.waiting.splice(0, count);
    this.waitingBytes -= bytes;
    this.isWriting = true;
    const taken = () => {
      if (!this.isOver) this.changeBy(-count, -bytes);
      this.isWriting = false;
    };
    const [only] = piece;
    const data = count === 1 && only !== undefined ? only : Buffer.concat(piece, bytes);
    let isTaken = false;
    this.connection.sendEncoded(data, () => {
      if (isTaken) return;
      taken();
      this.flush();
    });
    if (!this.connection.isDrained) return;
    isTaken = true;
    taken();
  }

  /** How many of the first messages make a piece: at least one, and no large one with others. */
  private nextPiece(): { readonly count: number; readonly bytes: number } {
    let count = 0;
    let bytes = 0;
    for (const { length } of this.waiting) {
      if (count > 0 && bytes + length > PIECE_BYTES) break;
      count += 1;
      bytes += length;
    }
    return { count, bytes };
  }

  private changeBy(count: number, bytes: number): void {
    this.count += count;
    this.bytes += bytes;
    this.all.bytes += bytes;
  }
}
