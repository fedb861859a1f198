import { platform } from "../platform/current";

/** One message for the wire, put together when it is its turn. */
export interface Parcel<Message> {
  /** Nothing if what it held is not wanted any more. */
  pack(): Message | undefined;
  /** The link has it. */
  taken?(): void;
  /** The link did not take it; the sender is told where this is left out. */
  refused?(error: unknown): void;
}

/** What waits for a link. */
export interface Outbox<Message> {
  readonly isEmpty: boolean;
  /** So much waits that it is worth a message of its own at once. Left out: never. */
  readonly isPlenty?: boolean;
  /** Everything that waits, in the order in which it is to leave. */
  takeAll(): readonly Parcel<Message>[];
}

/** Where messages leave, one at a time. */
export interface SendingLink<Message> {
  readonly isClosed: boolean;
  /** Nothing to wait for where the next may be handed over at once. */
  send(message: Message): Promise<void> | undefined;
}

/**
 * The one place that sends on a link: a single send at a time.
 *
 * What comes while the link is free leaves at once. What comes after that within the same turn of the event loop
 * leaves together at its end, or as soon as it is plenty: under load messages grow by themselves, nobody waits for a
 * timer, and the peer has something to do while this side makes the rest.
 */
export class Sender<Message> {
  private isSending = false;
  private sending = Promise.resolve();
  /** Ends the wait for the end of the turn. */
  private goOn: (() => void) | undefined;

  /**
   * @param onError - Gets the error where the link does not take a parcel that has no use for it; the next parcel is
   *   tried all the same.
   */
  constructor(
    private readonly link: SendingLink<Message>,
    private readonly outbox: Outbox<Message>,
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

  /** Resolves when everything that waited was handed to the link. */
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
          const message = this.isOpen() ? parcel.pack() : undefined;
          if (message !== undefined) await this.send(parcel, message);
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
      platform().endOfTurn(resolve);
    });
  }

  /** It may be closed during any send. */
  private isOpen(): boolean {
    return !this.link.isClosed;
  }

  private async send(parcel: Parcel<Message>, message: Message): Promise<void> {
    try {
      await this.link.send(message);
    } catch (error) {
      if (parcel.refused === undefined) this.onError(error);
      else parcel.refused(error);
      return;
    }
    parcel.taken?.();
  }
}
