import { type Socket } from "node:net";

/** Enough for sixty clients that read the longest reply slowly. */
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** Sends replies, and bounds the memory of those that clients do not read: the one that is oldest goes first. */
export class UnreadReplies {
  private readonly sizes = new Map<Socket, number>();
  private bytes = 0;

  constructor(private readonly maxBytes = DEFAULT_MAX_BYTES) {}

  /** Sends a reply and ends the connection. */
  send(socket: Socket, reply: Buffer): void {
    for (const oldest of this.sizes.keys()) {
      if (this.bytes + reply.length <= this.maxBytes) break;
      this.forget(oldest);
      oldest.destroy();
    }
    this.sizes.set(socket, reply.length);
    this.bytes += reply.length;
    const taken = () => this.forget(socket);
    socket.once("finish", taken).once("close", taken);
    socket.end(reply);
  }

  private forget(socket: Socket): void {
    this.bytes -= this.sizes.get(socket) ?? 0;
    this.sizes.delete(socket);
  }
}
