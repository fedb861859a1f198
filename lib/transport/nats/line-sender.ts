/** So many bytes are on their way at most; the rest waits here until the peer has taken some. */
export const WINDOW_BYTES = 1024 * 1024;

/** A peer tells when it has taken this much more. */
export const TAKEN_STEP_BYTES = 64 * 1024;

/** Bytes that are to be sent, in messages of a bounded size, no faster than the peer takes them. */
export class LineSender {
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private sentBytes = 0;
  private takenBytes = 0;
  private messages = 0;

  /**
   * @param maxBytes - Of one message.
   * @param send - Sends one, with its number.
   */
  constructor(
    private readonly maxBytes: number,
    private readonly send: (number: number, pieces: readonly Uint8Array[]) => void,
  ) {}

  /** What waits, or is on its way for longer than it takes to be told. */
  get backlog(): number {
    return this.waitingBytes + Math.max(0, this.sentBytes - this.takenBytes - TAKEN_STEP_BYTES);
  }

  /** What waits here. */
  get isAllSent(): boolean {
    return this.waitingBytes === 0;
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.waiting.push(chunk);
      this.waitingBytes += chunk.length;
    }
    this.sendWaiting();
  }

  /** @returns Whether the peer can have taken so many bytes. */
  taken(bytes: number): boolean {
    if (bytes > this.sentBytes) return false;
    this.takenBytes = Math.max(this.takenBytes, bytes);
    this.sendWaiting();
    return true;
  }

  clear(): void {
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private sendWaiting(): void {
    while (this.waitingBytes > 0) {
      const room = WINDOW_BYTES - (this.sentBytes - this.takenBytes);
      if (room <= 0) return;
      const pieces = this.next(Math.min(room, this.maxBytes));
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      this.waitingBytes -= bytes;
      this.sentBytes += bytes;
      this.send(this.messages++, pieces);
    }
  }

  private next(maxBytes: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let left = maxBytes;
    let used = 0;
    for (const chunk of this.waiting) {
      const piece = chunk.length <= left ? chunk : chunk.subarray(0, left);
      if (piece.length > 0) pieces.push(piece);
      left -= piece.length;
      if (piece.length < chunk.length) {
        this.waiting[used] = chunk.subarray(piece.length);
        break;
      }
      used += 1;
    }
    this.waiting = this.waiting.slice(used);
    return pieces;
  }
}
