import { type Writable } from "zeromq";
import { type Frame } from "../../wire/frame";

/** A message on its way to a socket. */
export interface Outgoing {
  /** None any more once it was handed over: what was sent need not be kept. */
  frames: readonly Frame[];
  /** Set while it waits, it is never sent. */
  dropped: boolean;
  /** It was handed to the socket. */
  sent: boolean;
}

/**
 * The one place that sends on a socket: the binding allows a single send at a time. Messages leave in order.
 */
export class SendQueue {
  private waiting: Outgoing[] = [];
  private isDraining = false;
  private draining = Promise.resolve();

  /**
   * @param onError - Told when the socket does not take a message; the next one is tried all the same.
   */
  constructor(
    private readonly socket: Pick<Writable<Frame[]>, "send"> & { readonly closed: boolean },
    private readonly onError: (error: unknown, message: Outgoing) => void,
  ) {}

  push(frames: readonly Frame[]): Outgoing {
    const message: Outgoing = { frames, dropped: false, sent: false };
    this.waiting.push(message);
    if (!this.isDraining) this.draining = this.drain();
    return message;
  }

  /** Resolves when everything that was pushed was handed to the socket. */
  async flushed(): Promise<void> {
    await this.draining;
  }

  private async drain(): Promise<void> {
    this.isDraining = true;
    while (this.waiting.length > 0 && !this.socket.closed) {
      const batch = this.waiting;
      this.waiting = [];
      for (const message of batch) {
        if (!message.dropped) await this.send(message);
      }
    }
    this.isDraining = false;
  }

  private async send(message: Outgoing): Promise<void> {
    const frames = [...message.frames];
    message.frames = [];
    message.sent = true;
    try {
      await this.socket.send(frames);
    } catch (error) {
      this.onError(error, message);
    }
  }
}
