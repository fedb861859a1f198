import { WebSocket } from "ws";
import { messageOf } from "../../../errors";
import { type Carrier, type CarrierReceiver } from "../carrier";

/** What both sides name, so that no page talks to a device that takes it for something else. */
export const SUBPROTOCOL = "rigwire.stream";

/** A WebSocket message has at most so many bytes; more is refused before it is read. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** Written together, since each message costs its own head and, from clients, its own mask. */
const SHORT_BYTES = 64 * 1024;

/** RFC 6455, 7.4.1. */
const UNSUPPORTED_DATA = 1003;
const NORMAL = 1000;

/** A pong is owed for no more than the last ping; further ones are not answered before it has left. */
const MAX_PONG_BACKLOG_BYTES = 16 * 1024;

/** Options of every WebSocket of ours: no compression, and pings that are answered by the carrier. */
export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_PAYLOAD_BYTES,
  autoPong: false,
} as const;

/** A WebSocket as a carrier. It must be open. */
export class WebSocketCarrier implements Carrier {
  private reason = "the peer went away";
  private readonly onTaken: (error?: Error | null) => void;

  constructor(
    private readonly socket: WebSocket,
    receiver: CarrierReceiver,
  ) {
    socket.on("message", (data, isBinary) => {
      if (isBinary && data instanceof Buffer) receiver.onBytes(data);
      else this.refuse("the peer sent text, where frames are bytes");
    });
    socket.on("ping", () => {
      if (socket.bufferedAmount < MAX_PONG_BACKLOG_BYTES) socket.pong();
    });
    socket.on("error", (error) => (this.reason = `the peer went away: ${messageOf(error)}`));
    socket.once("close", () => receiver.onClose(this.reason));
    this.onTaken = (error) => {
      if (!(error instanceof Error) && socket.bufferedAmount === 0) receiver.onDrain();
    };
  }

  get backlog(): number {
    return this.socket.bufferedAmount;
  }

  write(chunks: readonly Uint8Array[]): void {
    const messages = inMessages(chunks);
    for (const [index, message] of messages.entries()) {
      if (this.socket.readyState !== WebSocket.OPEN) return;
      if (index === messages.length - 1) this.socket.send(message, BINARY, this.onTaken);
      else this.socket.send(message, BINARY);
    }
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.close(NORMAL);
  }

  destroy(): void {
    this.socket.terminate();
  }

  private refuse(reason: string): void {
    this.reason = reason;
    this.socket.close(UNSUPPORTED_DATA);
    this.socket.terminate();
  }
}

const BINARY = { binary: true } as const;

/** What is short leaves together; what is long, in parts that the other side takes, without a copy. */
function inMessages(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  let short: Uint8Array[] = [];
  let shortBytes = 0;
  const flush = () => {
    const [only, ...others] = short;
    if (only !== undefined) messages.push(others.length === 0 ? only : Buffer.concat(short));
    short = [];
    shortBytes = 0;
  };
  for (const chunk of chunks) {
    if (shortBytes + chunk.length > SHORT_BYTES) flush();
    if (chunk.length <= SHORT_BYTES) {
      short.push(chunk);
      shortBytes += chunk.length;
      continue;
    }
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD_BYTES) {
      messages.push(chunk.subarray(at, at + MAX_PAYLOAD_BYTES));
    }
  }
  flush();
  return messages;
}
