import { type Subscriber as Observer, type Subscription } from "rxjs";
import { messageOf } from "../../errors";
import { type ChannelOptions, type ChannelProtocol } from "../rpc-channel";
import { DealerConnection } from "./dealer-connection";
import { signalAddress } from "./signal-address";
import { SignalSubscription } from "./signal-subscription";

/** Somebody who wants frames, on one connection after the other. */
export interface TopicSubscription<Peer> {
  readonly topic: (peer: Peer) => string;
  readonly observer: Observer<Buffer>;
}

/**
 * A connection whose peer is known, with what is subscribed on it. While the peer learns of new subscriptions the
 * session is not ready, so that a request which is made after a subscription also leaves after it.
 */
export class Session<Peer> {
  private readonly current = new Map<TopicSubscription<Peer>, Subscription | undefined>();
  private signals: SignalSubscription | undefined;
  private isSettling = false;
  private hasUnconfirmed = false;
  private refreshTimer: NodeJS.Timeout | undefined;

  private constructor(
    readonly connection: DealerConnection,
    readonly peer: Peer,
    private readonly protocol: ChannelProtocol<Peer>,
    private readonly options: ChannelOptions,
    private readonly onReady: () => void,
  ) {}

  /**
   * Connects and learns who is there.
   *
   * @param onReady - Called each time the session becomes ready again.
   * @throws Error with the reason in a few words, or what the protocol's handshake throws.
   */
  static async open<Peer>(
    url: string,
    protocol: ChannelProtocol<Peer>,
    options: ChannelOptions,
    signal: AbortSignal,
    onReady: () => void,
  ): Promise<Session<Peer>> {
    const connection = await DealerConnection.open(url, options, signal);
    try {
      const peer = await protocol.handshake((body, what) => connection.ask(body, what));
      connection.understands({
        takesBatches: protocol.takesBatches?.(peer) === true,
        cancellation: (id) => protocol.cancellation?.(peer, id),
      });
      const session = new Session(connection, peer, protocol, options, onReady);
      session.refreshLater();
      return session;
    } catch (error) {
      connection.end(messageOf(error));
      throw error;
    }
  }

  get isReady(): boolean {
    return !this.isSettling && !this.connection.isClosed;
  }

  add(topic: TopicSubscription<Peer>): void {
    this.current.set(topic, undefined);
    this.attach(topic);
    this.wantConfirmation();
  }

  remove(topic: TopicSubscription<Peer>): void {
    this.current.get(topic)?.unsubscribe();
    this.current.delete(topic);
  }

  end(reason: string): void {
    clearTimeout(this.refreshTimer);
    this.connection.end(reason);
    this.signals?.close();
  }

  private refreshLater(): void {
    const afterMs = this.protocol.refreshAfterMs?.(this.peer);
    if (afterMs === undefined || this.connection.isClosed) return;
    this.refreshTimer = setTimeout(() => void this.refresh(), afterMs).unref();
  }

  private async refresh(): Promise<void> {
    try {
      await this.protocol.refresh?.(this.peer, (body, what) => this.connection.ask(body, what));
    } catch {
      // What was known before holds until the next time; a connection that is lost tells so itself.
    }
    this.refreshLater();
  }

  private wantConfirmation(): void {
    this.hasUnconfirmed = true;
    if (!this.isSettling) void this.settle();
  }

  /** The peer's signals were away for a moment: everything counts as subscribed anew. */
  private resubscribed(): void {
    for (const { topic } of this.current.keys()) topic(this.peer);
    this.wantConfirmation();
  }

  private attach(topic: TopicSubscription<Peer>): void {
    if (this.signals === undefined) return;
    const { observer } = topic;
    const frames = this.signals.frames(topic.topic(this.peer));
    this.current.set(
      topic,
      frames.subscribe((frame) => observer.next(frame)),
    );
  }

  /** One round for all that were subscribed before it. */
  private async settle(): Promise<void> {
    this.isSettling = true;
    try {
      // What is subscribed in one go is told in one go.
      await Promise.resolve();
      while (this.hasUnconfirmed && this.current.size > 0 && !this.connection.isClosed) {
        this.hasUnconfirmed = false;
        this.signals ??= await this.openSignals();
        await this.confirm(this.signals);
      }
    } catch (error) {
      // Without its signals the connection is of no use to who subscribed: start over, visibly.
      this.end(`signals: ${messageOf(error)}`);
    }
    this.isSettling = false;
    if (this.isReady) this.onReady();
  }

  private async openSignals(): Promise<SignalSubscription> {
    const { connection, peer } = this;
    const port = await this.protocol.signalPort(peer, (body, what) => connection.ask(body, what));
    if (connection.isClosed) throw new Error("the connection was closed");
    const signals = new SignalSubscription(signalAddress(connection.target, port), this.options, () =>
      this.resubscribed(),
    );
    this.signals = signals;
    for (const topic of this.current.keys()) this.attach(topic);
    await signals.connect();
    return signals;
  }

  private async confirm(signals: SignalSubscription): Promise<void> {
    const { connection } = this;
    await this.protocol.confirmSubscriptions(
      this.peer,
      (body, what) => connection.ask(body, what),
      (topic) => {
        const subscription = signals.frames(topic).subscribe();
        return () => subscription.unsubscribe();
      },
    );
  }
}
