import { type OnReadOpts } from "node:net";
import { type CarrierReceiver } from "../carrier";

/** Read at once where it is not known how much comes: little where little comes, and more where that was filled. */
const LEAST_CHUNK_BYTES = 4 * 1024;
const MOST_CHUNK_BYTES = 64 * 1024;

/** A chunk is made anew when less than this part of it is left. */
const LEAST_ROOM = 0.25;

/**
 * Reads a socket without memory of its own for every read: large parts of frames to where they stay, and what is small
 * into a chunk. Where something small lies in a chunk that was handed over, it is not written to again.
 */
export class DirectReading {
  /** Gets the bytes; those that came before it was known wait for it. */
  private receiver: CarrierReceiver | undefined;
  private early: Uint8Array[] = [];
  private chunk = new Uint8Array(0);
  private chunkBytes = LEAST_CHUNK_BYTES;
  private offset = 0;
  private isDirect = false;

  /** For the socket, when it is made. */
  readonly onread: OnReadOpts = {
    buffer: () => this.room(),
    callback: (bytes) => {
      this.read(bytes);
      return true;
    },
  };

  attach(receiver: CarrierReceiver): void {
    this.receiver = receiver;
    for (const chunk of this.early.splice(0)) receiver.onBytes(chunk);
  }

  private room(): Uint8Array {
    const direct = this.receiver?.direct?.room();
    this.isDirect = direct !== undefined;
    if (direct !== undefined) return direct;
    if (this.chunk.length - this.offset < this.chunkBytes * LEAST_ROOM) {
      this.chunk = Buffer.allocUnsafeSlow(this.chunkBytes);
      this.offset = 0;
    }
    const wanted = this.receiver?.direct?.wantedBytes() ?? Infinity;
    return this.chunk.subarray(this.offset, this.offset + wanted);
  }

  private read(bytes: number): void {
    if (this.isDirect) {
      this.receiver?.direct?.filled(bytes);
      return;
    }
    const end = this.offset + bytes;
    const read = this.chunk.subarray(this.offset, end);
    if (end === this.chunk.length) this.chunkBytes = Math.min(this.chunkBytes * 2, MOST_CHUNK_BYTES);
    if (this.receiver === undefined) this.early.push(read);
    else this.receiver.onBytes(read);
    // The beginning of what is large went on to where it stays.
    if (this.receiver?.direct?.isShared() !== false) this.offset = end;
  }
}
