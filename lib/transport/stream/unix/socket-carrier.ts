import { type Socket } from "node:net";
import { messageOf } from "../../../errors";
import { hasCode } from "../../../system-error";
import { type CarrierReceiver, type ServerCarrier } from "../carrier";
import { type DirectReading } from "./direct-reading";

/** What the system says of a peer that ended before it had read everything. */
const GONE = ["ECONNRESET", "EPIPE"];

/** A socket of the operating system as a carrier. It must be connected. */
export class SocketCarrier implements ServerCarrier {
  private reason = "the peer went away";

  /** @param reading - What the socket was made with. Default: its bytes come as its data. */
  constructor(
    private readonly socket: Socket,
    receiver: CarrierReceiver,
    reading?: DirectReading,
  ) {
    if (reading === undefined) socket.on("data", (chunk: Buffer) => receiver.onBytes(chunk));
    else reading.attach(receiver);
    socket.on("drain", () => receiver.onDrain());
    // What lies in the socket was read by now.
    socket.on("end", () => socket.destroy());
    socket.on("error", (error) => {
      if (!GONE.some((code) => hasCode(error, code))) this.reason = `the peer went away: ${messageOf(error)}`;
    });
    socket.once("close", () => receiver.onClose(this.reason));
  }

  get backlog(): number {
    return this.socket.writableLength;
  }

  write(chunks: readonly Uint8Array[]): void {
    const { socket } = this;
    if (!socket.writable) return;
    const [only, ...others] = chunks;
    if (only === undefined) return;
    if (others.length === 0) {
      socket.write(only);
      return;
    }
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.uncork();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    if (!this.socket.destroyed) this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
