import { type Writable } from "zeromq";
import { type Frame } from "../../wire/frame";

/** One message for the wire, put together when it is its turn. */
export interface Parcel {
  /** Nothing if what it held is not wanted any more. */
  pack(): Frame[] | undefined;
  /** The socket has it. */
  taken?(): void;
  /** The socket did not take it; the sender is told where this is left out. */
  refused?(error: unknown): void;
}

/** What waits for a socket. */
export interface Outbox {
  readonly isEmpty: boolean;
  /** So much waits that it is worth a message of its own at once. Left out: never. */
  readonly isPlenty?: boolean;
  /** Everything that waits, in the order in which it is to leave. */
  takeAll(): readonly Parcel[];
}

/**
 * The one place that sends on a socket: the binding allows a single send at a time.
 *
 * What comes while the socket is free leaves at once. What comes after that within the same turn of the event loop
 * leaves together at its end, or as soon as it is plenty: under load messages grow by themselves, nobody waits for a
 * timer, and the peer has something to do while this side makes the rest.
 */
export class SocketSender {
  private isSending = false;
  private sending = Promise.resolve();
  /** Ends the wait for the end of the turn. */
  private goOn: (() => void) | undefined;

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
    if (!this.isSending) {
      if (!this.outbox.isEmpty) this.sending = this.sendAll();
    } else if (this.outbox.isPlenty === true) {
      this.goOn?.();
    }
  }

  /** More is about to come: what comes in this turn leaves together, the first too. */
  expectMore(): void {
    if (!this.isSending) this.sending = this.sendAllTogether();
  }

  /** Resolves when everything that waited was handed to the socket. */
  async flushed(): Promise<void> {
    await this.sending;
  }

  private async sendAllTogether(): Promise<void> {
    this.isSending = true;
    await this.endOfTurn();
    await this.sendAll();
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    while (!this.outbox.isEmpty && this.isOpen()) {
      for (const parcel of this.outbox.takeAll()) {
        try {
          const frames = this.isOpen() ? parcel.pack() : undefined;
          if (frames !== undefined) await this.send(parcel, frames);
        } catch (error) {
          // Whatever went wrong with one, the others leave.
          this.onError(error);
        }
      }
      await this.endOfTurn();
    }
    this.isSending = false;
  }

  /** When all that goes on now has come to its end, or until plenty waits, if that is sooner. */
  private endOfTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.goOn = resolve;
      // After the promises that are settled now; an immediate would cost a further round of the event loop.
      process.nextTick(resolve);
    });
  }

  /** It may be closed during any send. */
  private isOpen(): boolean {
    return !this.socket.closed;
  }

  private async send(parcel: Parcel, frames: Frame[]): Promise<void> {
    try {
      await this.socket.send(frames);
    } catch (error) {
      if (parcel.refused === undefined) this.onError(error);
      else parcel.refused(error);
      return;
    }
    parcel.taken?.();
  }
}
