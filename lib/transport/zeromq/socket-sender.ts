import { setImmediate as nextTurn } from "node:timers/promises";
import { type Writable } from "zeromq";
import { type Frame } from "../../wire/frame";

/** One message for the wire, put together when it is its turn. */
export interface Parcel {
  /** Nothing if what it held is not wanted any more. */
  pack(): readonly Frame[] | undefined;
  /** The socket has it. */
  taken?(): void;
  /** The socket did not take it; the sender is told where this is left out. */
  refused?(error: unknown): void;
}

/** What waits for a socket. */
export interface Outbox {
  readonly isEmpty: boolean;
  /** Everything that waits, in the order in which it is to leave. */
  takeAll(): readonly Parcel[];
}

/**
 * The one place that sends on a socket: the binding allows a single send at a time.
 *
 * What comes while the socket is free leaves at once. What comes after that within the same turn of the event loop
 * leaves together at its end: under load messages grow by themselves, and nobody waits for a timer.
 */
export class SocketSender {
  private isSending = false;
  private sending = Promise.resolve();

  /**
   * @param onError - Told when the socket does not take a parcel that has no use for the error itself; the next one is
   *   tried all the same.
   */
  constructor(
    private readonly socket: Pick<Writable<Frame[]>, "send"> & { readonly closed: boolean },
    private readonly outbox: Outbox,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** There may be something in the outbox. */
  wake(): void {
    if (!this.isSending && !this.outbox.isEmpty) this.sending = this.sendAll();
  }

  /** Resolves when everything that waited was handed to the socket. */
  async flushed(): Promise<void> {
    await this.sending;
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    while (!this.outbox.isEmpty && this.isOpen()) {
      for (const parcel of this.outbox.takeAll()) {
        const frames = this.isOpen() ? parcel.pack() : undefined;
        if (frames !== undefined) await this.send(parcel, frames);
      }
      await nextTurn();
    }
    this.isSending = false;
  }

  /** It may be closed during any send. */
  private isOpen(): boolean {
    return !this.socket.closed;
  }

  private async send(parcel: Parcel, frames: readonly Frame[]): Promise<void> {
    try {
      await this.socket.send([...frames]);
    } catch (error) {
      if (parcel.refused === undefined) this.onError(error);
      else parcel.refused(error);
      return;
    }
    parcel.taken?.();
  }
}
