import { type Socket } from "node:net";

/** Looks in this part of the time of silence, so that a loss is noticed soon after it. */
const LOOK_EVERY = 0.4;

/** A look that comes so many times later than it should says that this process stood still, not the peer. */
const LATE = 1.5;

export interface LivenessOptions {
  /** Nothing is read at the moment, on purpose. */
  readonly isHeld: () => boolean;
  readonly ping: () => void;
  /** The peer was silent for too long. */
  readonly onLost: () => void;
}

/**
 * Whether a peer is there: it is while bytes come from it or are taken by it, also in the middle of a long message,
 * which a ping or its answer has to wait for.
 */
export class Liveness {
  private readonly timer: NodeJS.Timeout;
  private readonly everyMs: number;
  private aliveAt = performance.now();
  private lookedAt = performance.now();
  private read: number;
  private unsent = 0;

  /** @param heartbeatMs - Silence after which the peer is lost, in milliseconds. */
  constructor(
    private readonly socket: Socket,
    private readonly heartbeatMs: number,
    private readonly options: LivenessOptions,
  ) {
    this.read = socket.bytesRead;
    this.everyMs = Math.ceil(heartbeatMs * LOOK_EVERY);
    this.timer = setInterval(() => this.look(), this.everyMs).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { bytesRead, writableLength } = this.socket;
    const now = performance.now();
    const wasAway = now - this.lookedAt > this.everyMs * LATE;
    const moves = bytesRead !== this.read || writableLength < this.unsent;
    this.lookedAt = now;
    this.read = bytesRead;
    if (moves || wasAway || this.options.isHeld()) this.aliveAt = now;
    else if (now - this.aliveAt >= this.heartbeatMs) {
      this.options.onLost();
      return;
    }
    // Behind what waits to be sent it would only come late.
    if (writableLength === 0) this.options.ping();
    this.unsent = this.socket.writableLength;
  }
}
