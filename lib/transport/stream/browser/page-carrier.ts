import { type Carrier, type CarrierReceiver } from "../carrier";
import { inMessages } from "../websocket-messages";

/** Browsers do not tell when what was handed over has left: it is looked for so often, in milliseconds. */
const LOOK_EVERY_MS = 10;

/** The browser's own WebSocket as a carrier. It must be open, and give binary messages as `ArrayBuffer`. */
export class PageCarrier implements Carrier {
  private reason = "the peer went away";
  private isLooking = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly receiver: CarrierReceiver,
  ) {
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      if (data instanceof ArrayBuffer) receiver.onBytes(new Uint8Array(data));
      else this.refuse("the peer sent text, where frames are bytes");
    };
    socket.onclose = ({ reason }: { readonly reason: string }) => receiver.onClose(reason || this.reason);
  }

  get backlog(): number {
    return this.socket.bufferedAmount;
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    for (const message of inMessages(chunks, joined)) this.socket.send(sendable(message));
    this.lookLater();
  }

  destroy(): void {
    this.socket.close();
  }

  private refuse(reason: string): void {
    this.reason = reason;
    this.destroy();
  }

  private lookLater(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    setTimeout(() => {
      this.isLooking = false;
      if (this.socket.readyState !== this.socket.OPEN) return;
      if (this.socket.bufferedAmount === 0) this.receiver.onDrain();
      else this.lookLater();
    }, LOOK_EVERY_MS);
  }
}

/** What lies in memory that is shared with workers is no browser's to send: it is copied. */
function sendable(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = message;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : joined([message]);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
