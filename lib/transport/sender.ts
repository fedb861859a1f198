import { platform } from "../platform/current";
import { type Deferred, deferred } from "../time/deferred";

/** What waits for a link, in parcels: a parcel is put together to a message when it is its turn. */
export interface Outbox<Parcel, Message> {
  readonly isEmpty: boolean;
  /** So much waits that it is worth a message of its own at once. Left out: never. */
  readonly isPlenty?: boolean;
  /** Everything that waits, in the order in which it is to leave. */
  takeAll(): readonly Parcel[];
  /** @returns Nothing if what the parcel holds is not wanted any more. */
  pack(parcel: Parcel): Message | undefined;
  /** The link has it. */
  taken?(parcel: Parcel): void;
  /** The link did not take it; the sender is told where this is left out. */
  refused?(parcel: Parcel, error: unknown): void;
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
export class Sender<Parcel, Message> {
  /** Nothing is under way; what comes waits for the end of the turn; the link takes messages. */
  private state: "idle" | "gathering" | "sending" = "idle";
  private isTurnAwaited = false;
  private parcels: readonly Parcel[] = [];
  /** Of the next of them. */
  private place = 0;
  private becomingIdle: Deferred<void> | undefined;
  /** Made once, and not for each message. */
  private readonly onEndOfTurn = () => this.endTurn();

  /**
   * @param onError - Gets the error where the link does not take a parcel and the outbox has no use for it; the next parcel is
   *   tried all the same.
   */
  constructor(
    private readonly link: SendingLink<Message>,
    private readonly outbox: Outbox<Parcel, Message>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** There may be something in the outbox. */
  wake(): void {
    if (this.state === "sending") return;
    const isDue = this.state === "idle" ? !this.outbox.isEmpty : this.outbox.isPlenty === true;
    if (isDue) this.sendAll();
  }

  /** More is about to come: what comes in this turn leaves together, the first too. */
  expectMore(): void {
    if (this.state === "idle") this.gather();
  }

  /** Resolves when everything that waited was handed to the link. */
  async flushed(): Promise<void> {
    if (this.state === "idle") return;
    this.becomingIdle ??= deferred();
    await this.becomingIdle.promise;
  }

  private gather(): void {
    this.state = "gathering";
    if (this.isTurnAwaited) return;
    this.isTurnAwaited = true;
    platform().endOfTurn(this.onEndOfTurn);
  }

  private endTurn(): void {
    this.isTurnAwaited = false;
    if (this.state !== "gathering") return;
    if (!this.outbox.isEmpty) this.sendAll();
    else this.rest();
  }

  private rest(): void {
    this.state = "idle";
    this.becomingIdle?.resolve();
    this.becomingIdle = undefined;
  }

  private sendAll(): void {
    // It may be closed during any send.
    if (this.link.isClosed) {
      this.rest();
      return;
    }
    this.state = "sending";
    this.parcels = this.outbox.takeAll();
    this.place = 0;
    this.sendOn();
  }

  private sendOn(): void {
    while (this.place < this.parcels.length) {
      const sending = this.send(this.parcels[this.place++] as Parcel);
      if (sending === undefined) continue;
      void sending.then(() => this.sendOn());
      return;
    }
    this.parcels = [];
    this.gather();
  }

  /** Whatever goes wrong with one, the others leave. @returns What is to be waited for before the next. */
  private send(parcel: Parcel): Promise<void> | undefined {
    let message: Message | undefined;
    try {
      message = this.link.isClosed ? undefined : this.outbox.pack(parcel);
    } catch (error) {
      this.onError(error);
    }
    return message === undefined ? undefined : this.hand(parcel, message);
  }

  private hand(parcel: Parcel, message: Message): Promise<void> | undefined {
    try {
      const sending = this.link.send(message);
      if (sending !== undefined) {
        return sending.then(
          () => this.outbox.taken?.(parcel),
          (error: unknown) => this.refused(parcel, error),
        );
      }
    } catch (error) {
      this.refused(parcel, error);
      return undefined;
    }
    this.outbox.taken?.(parcel);
    return undefined;
  }

  private refused(parcel: Parcel, error: unknown): void {
    if (this.outbox.refused === undefined) this.onError(error);
    else this.outbox.refused(parcel, error);
  }
}
