import { HeldSignals } from "./held-signals";
import { type Subscriber as Observer } from "rxjs";
import { messageOf } from "../errors";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { withDeadline } from "../time/with-deadline";
import {
  type ClientTransport,
  type ConnectionOptions,
  type SignalFrames,
  type SignalMark,
} from "./connection";
import { Exchange } from "./exchange";
import { DEFAULT_HEARTBEAT_MS } from "./heartbeat";
import { SilenceWatch } from "./silence-watch";
import { localRoad } from "./local-road";
import { type Located } from "./located";
import { QuietLine } from "./quiet-line";
import { type Ask, type ChannelProtocol, type SignalProgress } from "./rpc-channel";
import { type SignalPortMemory } from "./signal-port-memory";

/** How long the mark behind the signals so far may take to come, in milliseconds. */
const MARK_MS = 1_000;

/** How long the last account may hold up the end of a session, in milliseconds. */
const LAST_ACCOUNT_MS = 1_000;

/** How long the last word to the peer may hold up the end of a session, in milliseconds. */
const LAST_WORD_MS = 250;

/** Somebody who wants the frames of a signal, on one connection after the other. */
export interface SignalSubscription {
  readonly signal: string;
  readonly observer: Observer<SignalFrames>;
}

/** How soon the peer is asked again how it is, and how long it may take to answer, in parts of the heartbeat. */
const LOOK_PART = 0.4;
const SILENT_PART = 0.5;

/** In an error, a peer that owes an answer for this long counts as silent, in milliseconds. */
const NOTABLE_SILENCE_MS = 100;

const NO_ANSWER = "it is connected, but does not answer: its event loop may be blocked";

/** What a session is opened with. */
export interface SessionOptions<Peer> {
  readonly transport: ClientTransport;
  readonly url: string;
  /** Whether the one who answers is meant. */
  readonly verify?: Located["verify"];
  readonly protocol: ChannelProtocol<Peer>;
  readonly connection: ConnectionOptions & { readonly handshakeTimeoutMs: number };
  /** What earlier sessions of the channel learned. */
  readonly signalPorts: SignalPortMemory;
  /** Ends the attempt, and the session. */
  readonly signal: AbortSignal;
  /** Called each time the session becomes ready again. */
  readonly onReady: () => void;
  /** Called when {@link Session.problem} changes. */
  readonly onProblem: () => void;
}

/**
 * A connection whose peer is known, with what is subscribed on it. While the peer learns of new subscriptions the
 * session is not ready, so that a request which is made after a subscription also leaves after it.
 */
export class Session<Peer> {
  private readonly subscriptions = new Map<string, Set<SignalSubscription>>();
  private readonly ask: Ask = (body, what) => this.exchange.ask(body, what);
  private areSignalsOpen = false;
  private isSettling = false;
  private readonly held = new HeldSignals();
  private hasUnconfirmed = false;
  private refreshTimer: Timer | undefined;
  private readonly line = new QuietLine(() => this.account());
  private signalsProblem: string | undefined;
  /** How often the signals came back. */
  private returns = 0;
  private readonly silence: SilenceWatch;
  private looking: Promise<void> | undefined;
  private isReadingClock = false;

  private constructor(
    readonly exchange: Exchange,
    readonly peer: Peer,
    private readonly protocol: ChannelProtocol<Peer>,
    private readonly listener: Pick<SessionOptions<Peer>, "onReady" | "onProblem">,
    private readonly heartbeatMs: number,
  ) {
    this.silence = new SilenceWatch(heartbeatMs * SILENT_PART, () => listener.onProblem());
    exchange.onHeard = () => this.silence.heard();
  }

  /**
   * Connects and learns who is there.
   *
   * @throws Error with the reason in a few words, or what the protocol's handshake throws.
   */
  static async open<Peer>(options: SessionOptions<Peer>): Promise<Session<Peer>> {
    const { transport, url, verify, protocol, connection, signalPorts, signal } = options;
    let session: Session<Peer> | undefined;
    const exchange = await Exchange.open(
      transport,
      url,
      (opening) => ({
        beginningOf: (name) => protocol.beginningOf(name),
        beginningOfEnd: (name) => protocol.beginningOfEnd?.(name),
        knownSignalPort: () => signalPorts.at(url),
        askSignalPort: async () => {
          const port = await protocol.askSignalPort((body, what) => opening.ask(body, what));
          signalPorts.learned(url, port);
          return port;
        },
      }),
      {
        onSignal: (name, frame, data) => session?.deliver(name, { frame, data }),
        onSignalsLost: (reason) => void session?.lostSignals(reason),
        onSignalsBack: () => session?.resubscribed(),
      },
      connection,
      signal,
    );
    const end = () => exchange.end("the client closed");
    signal.addEventListener("abort", end, { once: true });
    void exchange.lost.then(() => signal.removeEventListener("abort", end));
    try {
      signal.throwIfAborted();
      const ask: Ask = (body, what) => exchange.ask(body, what);
      const peer = await protocol.handshake(ask, verify);
      if (protocol.askLocalRoad !== undefined) {
        const askOffer = () => protocol.askLocalRoad?.(peer, ask) ?? Promise.resolve(undefined);
        await localRoad()?.take(exchange, askOffer, connection, signal);
      }
      exchange.introduce(protocol.announcement(peer));
      const abilities = protocol.abilities?.(peer);
      if (abilities !== undefined) exchange.understands(abilities);
      session = new Session(
        exchange,
        peer,
        protocol,
        options,
        connection.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
      );
      session.refreshLater();
      return session;
    } catch (error) {
      exchange.end(messageOf(error));
      throw error;
    }
  }

  get isReady(): boolean {
    return !this.isSettling && !this.isReadingClock && !this.exchange.isClosed;
  }

  /** Why the peer does not answer, or why no signals come for now; nothing where all is well. */
  get problem(): string | undefined {
    return this.silence.isSilent ? NO_ANSWER : this.signalsProblem;
  }

  /** Asks the peer how it is: a request is about to be given up. */
  look(): void {
    void this.lookOnce();
  }

  /** Why a request with this number has no reply, as far as is known. */
  holdupOf(id: number): string | undefined {
    const { isSilent, forMs } = this.silence;
    if (isSilent || forMs > NOTABLE_SILENCE_MS) {
      return `the device has not answered anything for ${(forMs / 1_000).toFixed(1)} s: it may hang`;
    }
    return this.protocol.holdup?.(this.peer, String(id));
  }

  /** Whether a deadline that is so far off can be stamped. If not, the session is not ready until the clock was read. */
  canStamp(remainingMs: number): boolean {
    if (this.protocol.isClockGoodFor?.(this.peer, remainingMs) !== false) return true;
    void this.readClock();
    return false;
  }

  add(subscription: SignalSubscription): void {
    const known = this.subscriptions.get(subscription.signal);
    if (known === undefined) this.subscriptions.set(subscription.signal, new Set([subscription]));
    else known.add(subscription);
    if (this.areSignalsOpen && known === undefined) this.subscribe(subscription.signal);
    this.wantConfirmation();
  }

  remove(subscription: SignalSubscription): void {
    const known = this.subscriptions.get(subscription.signal);
    if (known?.delete(subscription) !== true || known.size > 0) return;
    this.subscriptions.delete(subscription.signal);
    if (this.areSignalsOpen && !this.exchange.isClosed)
      this.exchange.signals.unsubscribe(subscription.signal);
  }

  /** Finds out what was lost of the signals so far, and says the last word, before the session is ended. */
  async settleAccounts(): Promise<void> {
    await Promise.all([
      withDeadline(this.account(), LAST_ACCOUNT_MS, () => undefined),
      withDeadline(this.sayLastWord(), LAST_WORD_MS, () => undefined),
    ]);
  }

  private async sayLastWord(): Promise<void> {
    if (this.exchange.isClosed || this.problem !== undefined) return;
    try {
      await this.protocol.leaving?.(this.peer, this.ask);
    } catch {
      // The connection is being ended: whoever is not there any more need not know.
    }
  }

  end(reason: string): void {
    clearTimeout(this.refreshTimer);
    this.silence.end();
    this.line.end();
    this.exchange.end(reason);
  }

  private deliver(signal: string | undefined, frames: SignalFrames): void {
    this.line.arrived();
    if (!this.held.take(signal, frames)) this.handOut(signal, frames);
  }

  private handOut(signal: string | undefined, frames: SignalFrames): void {
    if (signal === undefined) {
      // A handler that leaves a signal and comes back puts it at the end, where it would be met again.
      for (const subscribed of [...this.subscriptions.values()]) emit(subscribed, frames);
      return;
    }
    const subscribed = this.subscriptions.get(signal);
    if (subscribed !== undefined) emit(subscribed, frames);
  }

  private refreshLater(): void {
    const afterMs = this.protocol.refreshAfterMs?.(this.peer);
    if (afterMs === undefined || this.exchange.isClosed) return;
    const withinMs = Math.min(afterMs, this.heartbeatMs * LOOK_PART);
    this.refreshTimer = setTimeout(() => void this.refresh(), withinMs);
    platform().unref(this.refreshTimer);
  }

  private async refresh(): Promise<void> {
    await this.lookOnce();
    if (!(await this.account())) this.line.wake();
    this.refreshLater();
  }

  private lookOnce(): Promise<void> {
    this.looking ??= this.askAgain().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async askAgain(): Promise<void> {
    if (this.exchange.isClosed) return;
    this.silence.asked();
    try {
      await this.protocol.refresh?.(this.peer, this.ask);
    } catch {
      // What was known before holds until the next time; a connection that is lost tells so itself.
    }
  }

  private async readClock(): Promise<void> {
    if (this.isReadingClock) return;
    this.isReadingClock = true;
    await this.lookOnce();
    this.isReadingClock = false;
    if (this.isReady) this.listener.onReady();
  }

  private wantConfirmation(): void {
    this.hasUnconfirmed = true;
    if (!this.isSettling) void this.settle();
  }

  private async lostSignals(reason: string): Promise<void> {
    this.signalsProblem = `signals: ${reason}`;
    this.line.wake();
    // Where the whole peer is gone, the question goes with the connection.
    await this.account();
    if (!this.exchange.isClosed) this.listener.onProblem();
  }

  /** The peer's signals were away for a moment: everything counts as subscribed anew. */
  private resubscribed(): void {
    this.signalsProblem = undefined;
    this.returns += 1;
    // An original does not number its signals, and may be long in answering.
    if (this.protocol.announcement(this.peer) !== undefined) this.held.begin();
    this.listener.onProblem();
    for (const signal of this.subscriptions.keys()) this.protocol.subscribing?.(signal);
    this.wantConfirmation();
  }

  private subscribe(signal: string): void {
    if (this.exchange.isClosed) return;
    this.protocol.subscribing?.(signal);
    this.exchange.signals.subscribe(signal);
  }

  /** One round for all that were subscribed before it. */
  private async settle(): Promise<void> {
    this.isSettling = true;
    try {
      // What is subscribed in one go is confirmed in one go.
      await Promise.resolve();
      while (this.hasUnconfirmed && this.subscriptions.size > 0 && this.canConfirm()) {
        this.hasUnconfirmed = false;
        if (!this.areSignalsOpen) await this.openSignals();
        await this.confirm();
        this.releaseHeld();
        this.line.wake();
      }
    } catch (error) {
      // Without its signals the connection is of no use to who subscribed: start over, visibly.
      if (this.canConfirm()) this.exchange.end(`signals: ${messageOf(error)}`);
    }
    this.isSettling = false;
    if (this.isReady) this.listener.onReady();
  }

  private releaseHeld(): void {
    // Where the road was away once more, the next answer counts.
    if (!this.hasUnconfirmed) this.held.release((signal, frame) => this.handOut(signal, frame));
  }

  /** What is subscribed while the signals are away is confirmed when they are back. */
  private canConfirm(): boolean {
    return this.signalsProblem === undefined && !this.exchange.isClosed;
  }

  /** @returns Whether all is accounted for. */
  private async account(): Promise<boolean> {
    const { exchange, protocol } = this;
    if (protocol.countSignals === undefined || !this.areSignalsOpen || this.subscriptions.size === 0)
      return true;
    if (exchange.isClosed) return true;
    const isAway = this.signalsProblem !== undefined;
    const mark = isAway ? undefined : exchange.signals.mark();
    const progress = isAway ? this.progressWhileAway() : mark && this.progressOf(mark);
    try {
      return (
        (await protocol.countSignals(this.peer, this.ask, progress)) && this.signalsProblem === undefined
      );
    } catch {
      // A connection that is lost tells so itself; else it is asked again.
      return exchange.isClosed;
    } finally {
      mark?.release();
    }
  }

  /** A mark may be lost as a signal may be: then the next one tells. */
  private progressOf({ token, cameBack }: SignalMark): SignalProgress {
    // What is held has come, and was not handed out yet.
    const caughtUp = withDeadline(cameBack, MARK_MS, () => false).then((is) => is && !this.held.isHolding);
    return { token, caughtUp: () => caughtUp };
  }

  /** Where the signals are back by the time of the answer, it counts some that come now. */
  private progressWhileAway(): SignalProgress {
    const before = this.returns;
    const stayedAway = () => this.returns === before;
    return { token: undefined, caughtUp: () => this.line.drained().then(stayedAway) };
  }

  private async openSignals(): Promise<void> {
    await this.exchange.signals.open();
    if (this.exchange.isClosed) throw new Error("the connection was closed");
    this.areSignalsOpen = true;
    for (const signal of this.subscriptions.keys()) this.subscribe(signal);
  }

  private async confirm(): Promise<void> {
    const mark = this.exchange.signals.mark();
    try {
      await this.protocol.confirmSubscriptions(this.peer, this.ask, mark?.token);
    } finally {
      mark?.release();
    }
  }
}

/** Those who leave or come while a frame is handed out are not of those who get it twice. */
function emit(subscribed: ReadonlySet<SignalSubscription>, frames: SignalFrames): void {
  for (const { observer } of [...subscribed]) observer.next(frames);
}
