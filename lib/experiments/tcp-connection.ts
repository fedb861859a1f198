import { type Socket } from "node:net";
import { DeviceUnavailableError, messageOf } from "../errors";
import { formatAddress, type RigAddress } from "./rig-address";
import { StreamFrames } from "./stream-frames";

/** A peer that reads nothing is dropped when this much waits for it. */
const MAX_UNREAD_BYTES = 1_048_576;

/** How long the last bytes may take when a connection is closed. */
const CLOSE_TIMEOUT_MS = 500;

/** What a connection tells about. */
export interface TcpConnectionListener {
  received(message: Buffer, connection: TcpConnection): void;
  ended(reason: string, connection: TcpConnection): void;
}

interface Outgoing {
  readonly message: Buffer;
  sent(): void;
  failed(error: Error): void;
}

/**
 * Messages over one TCP connection.
 *
 * The originals take whatever one read gives them for one message. So a message is kept apart from what was written
 * before it by a gap in time; an echo goes out at once.
 */
export class TcpConnection {
  readonly peer: RigAddress;
  private readonly frames = new StreamFrames();
  private readonly outgoing: Outgoing[] = [];
  private gapTimer: NodeJS.Timeout | undefined;
  private lastWriteAt = -Infinity;
  private delivery: NodeJS.Immediate | undefined;
  private endReason: string | undefined;
  private receives = true;

  constructor(
    private readonly socket: Socket,
    private readonly messageGapMs: number,
    private readonly listener: TcpConnectionListener,
  ) {
    this.peer = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    socket.on("error", (error) => (this.endReason ??= messageOf(error)));
    socket.on("data", (chunk) => this.arrived(chunk));
    socket.on("close", () => this.end());
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  send(message: Buffer): Promise<void> {
    return new Promise((sent, failed) => {
      this.outgoing.push({ message, sent, failed });
      if (this.outgoing.length === 1) this.scheduleNext();
    });
  }

  sendNow(message: Buffer): void {
    if (this.socket.destroyed) return;
    this.lastWriteAt = performance.now();
    this.socket.write(message);
    if (this.socket.writableLength > MAX_UNREAD_BYTES) this.dismiss("it does not read what it is sent");
  }

  /** Ends the connection at once. */
  dismiss(reason: string): void {
    this.endReason ??= reason;
    this.receives = false;
    this.socket.destroy();
  }

  /** Lets the last bytes out, then ends the connection. */
  async close(): Promise<void> {
    this.endReason ??= "closed on this side";
    this.receives = false;
    clearTimeout(this.gapTimer);
    if (this.socket.closed) return;
    await new Promise<void>((closed) => {
      const timer = setTimeout(() => this.socket.destroy(), CLOSE_TIMEOUT_MS);
      this.socket.once("close", () => {
        clearTimeout(timer);
        closed();
      });
      this.socket.destroySoon();
    });
  }

  private scheduleNext(): void {
    const waitMs = this.lastWriteAt + this.messageGapMs - performance.now();
    if (waitMs > 0) this.gapTimer = setTimeout(() => this.sendNext(), waitMs);
    else this.sendNext();
  }

  private sendNext(): void {
    const next = this.outgoing.shift();
    if (next === undefined) return;
    if (this.socket.destroyed) {
      next.failed(this.unavailable());
    } else {
      this.sendNow(next.message);
      next.sent();
    }
    if (this.outgoing.length > 0) this.scheduleNext();
  }

  private arrived(chunk: Buffer): void {
    this.frames.append(chunk);
    // No more is read until all of this is delivered, so that a fast sender cannot fill the memory.
    this.socket.pause();
    this.deliver();
  }

  /** Each message gets its own turn: code that awaited one can listen for the next before it is delivered. */
  private deliver(): void {
    this.delivery = undefined;
    const message = this.takeFrame();
    if (message === undefined) {
      if (this.socket.closed) this.end();
      else this.socket.resume();
      return;
    }
    this.delivery = setImmediate(() => this.deliver());
    this.listener.received(message, this);
  }

  private takeFrame(): Buffer | undefined {
    if (!this.receives) return undefined;
    try {
      return this.frames.next();
    } catch (error) {
      this.dismiss(messageOf(error));
      return undefined;
    }
  }

  private end(): void {
    if (this.delivery !== undefined) return;
    clearTimeout(this.gapTimer);
    for (const outgoing of this.outgoing.splice(0)) outgoing.failed(this.unavailable());
    this.listener.ended(this.endReason ?? "the other side closed it", this);
  }

  private unavailable(): DeviceUnavailableError {
    const reason = this.endReason ?? "the other side closed it";
    return new DeviceUnavailableError(`the connection to ${formatAddress(this.peer)} ended: ${reason}`);
  }
}
