import { WebSocket } from "ws";
import { messageOf } from "../../../errors";
import { type CarrierReceiver, type ServerCarrier } from "../carrier";
import {
  closingReason,
  ENDED_WITH_REASON,
  inMessages,
  MAX_PAYLOAD_BYTES,
  NORMAL_CLOSURE,
  SESSION_ENDED,
  UNSUPPORTED_DATA,
} from "../websocket-messages";

/** A pong is owed for no more than the last ping; further ones are not answered before it has left. */
const MAX_PONG_BACKLOG_BYTES = 16 * 1024;

/** How long the other side may take to read why it is ended, in milliseconds. */
const TELL_REASON_MS = 1_000;

/** Options of every WebSocket of ours: no compression, and pings that are answered by the carrier. */
export const WEBSOCKET_OPTIONS = {
  perMessageDeflate: false,
  maxPayload: MAX_PAYLOAD_BYTES,
  autoPong: false,
} as const;

/** A WebSocket as a carrier. It must be open. */
export class WebSocketCarrier implements ServerCarrier {
  private reason = "the peer went away";
  private readonly onTaken: (error?: Error | null) => void;

  constructor(
    private readonly socket: WebSocket,
    private readonly receiver: CarrierReceiver,
  ) {
    socket.on("message", (data, isBinary) => {
      if (isBinary && data instanceof Buffer) receiver.onBytes(data);
      else this.refuse("the peer sent text, where frames are bytes");
    });
    socket.on("ping", () => {
      if (socket.bufferedAmount < MAX_PONG_BACKLOG_BYTES) socket.pong();
    });
    socket.on("error", (error) => (this.reason = `the peer went away: ${messageOf(error)}`));
    socket.once("close", (_code, reason) => receiver.onClose(reason.toString() || this.reason));
    this.onTaken = (error) => {
      if (!(error instanceof Error) && socket.bufferedAmount === 0) receiver.onDrain();
    };
  }

  get backlog(): number {
    return this.socket.bufferedAmount;
  }

  write(chunks: readonly Uint8Array[]): void {
    const messages = inMessages(chunks, (several) => Buffer.concat(several));
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
    this.socket.close(NORMAL_CLOSURE);
  }

  destroy(reason?: string): void {
    if (reason === undefined || this.socket.readyState !== WebSocket.OPEN) {
      this.socket.terminate();
      return;
    }
    this.closeWith(ENDED_WITH_REASON, reason);
  }

  /** Ends for who may be here no more: he is told so, and whatever he still sends is not taken. */
  expel(reason: string): void {
    this.closeWith(SESSION_ENDED, reason);
    this.receiver.onClose(reason);
  }

  private closeWith(code: number, reason: string): void {
    this.socket.close(code, closingReason(reason));
    setTimeout(() => this.socket.terminate(), TELL_REASON_MS).unref();
  }

  private refuse(reason: string): void {
    this.reason = reason;
    this.socket.close(UNSUPPORTED_DATA);
    this.socket.terminate();
  }
}

const BINARY = { binary: true } as const;
