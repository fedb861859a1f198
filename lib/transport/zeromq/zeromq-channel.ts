import { setTimeout as delay } from "node:timers/promises";
import { BehaviorSubject, Observable, type Subscription } from "rxjs";
import {
  AddressError,
  AmbiguousDeviceError,
  ContractError,
  DeviceUnavailableError,
  messageOf,
} from "../../errors";
import { type Frame } from "../../wire/frame";
import { formatAddress, parseAddress } from "../address";
import { Backoff } from "../backoff";
import { ChannelCall } from "../channel-call";
import { Deadlines } from "../deadlines";
import {
  type ChannelOptions,
  type ChannelProtocol,
  type ChannelState,
  type Locate,
  type OutgoingRequest,
  type RpcChannel,
} from "../rpc-channel";
import { DealerConnection } from "./dealer-connection";
import { signalAddress } from "./signal-address";
import { SignalSubscription } from "./signal-subscription";

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 1_000;

/** A connection that lasted this long was a good one: the next may be tried at once. */
const STABLE_AFTER_MS = 1_000;

/** A connection whose peer is known. */
interface Session<Peer> {
  readonly connection: DealerConnection;
  readonly peer: Peer;
  signals: SignalSubscription | undefined;
  /** How many steps of {@link settling} are left. */
  unsettled: number;
  settling: Promise<void>;
}

interface TopicSubscription<Peer> {
  readonly topic: (peer: Peer) => string;
  readonly deliver: (frame: Buffer) => void;
  /** On the socket of the present session. */
  current: Subscription | undefined;
}

/**
 * A channel over ZeroMQ. Calls wait here, never in a socket, until a device is connected and has said who it is.
 */
export class ZeroMqChannel<Peer> implements RpcChannel<Peer> {
  private readonly state = new BehaviorSubject<ChannelState<Peer>>({ kind: "idle" });
  readonly state$: Observable<ChannelState<Peer>> = this.state.asObservable();

  private readonly waiting = new Set<ChannelCall<Peer>>();
  private readonly deadlines = new Deadlines<ChannelCall<Peer>>((call) =>
    call.expire(this.where, this.problem),
  );
  private readonly topics = new Set<TopicSubscription<Peer>>();
  private readonly closing = new AbortController();
  private session: Session<Peer> | undefined;
  private connecting: Promise<void> | undefined;
  private where = "address unknown";
  private problem: string | undefined;

  constructor(
    private readonly locate: Locate,
    private readonly protocol: ChannelProtocol<Peer>,
    private readonly options: ChannelOptions = {},
  ) {}

  request(request: OutgoingRequest<Peer>): Promise<readonly Buffer[]> {
    return new Promise((resolve, reject) => {
      const call = new ChannelCall(request, resolve, reject, (settled) => this.forget(settled));
      if (this.isClosed()) {
        call.fail(closedError(request));
        return;
      }
      this.waiting.add(call);
      call.listen();
      if (!this.waiting.has(call)) return;
      this.connect();
      if (this.isReady()) this.dispatch(call);
      else this.setDeadline(call, request.timeoutMs(undefined));
    });
  }

  subscribe(topic: (peer: Peer) => string): Observable<Buffer> {
    return new Observable((observer) => {
      if (this.isClosed()) {
        observer.complete();
        return;
      }
      const subscription = { topic, deliver: (frame: Buffer) => observer.next(frame), current: undefined };
      this.topics.add(subscription);
      this.connect();
      if (this.session !== undefined) this.attach(subscription, this.session);
      return () => this.detach(subscription);
    });
  }

  async close(): Promise<void> {
    if (!this.isClosed()) {
      this.closing.abort();
      for (const call of this.waiting) call.fail(closedError(call.request));
      this.endSession();
      this.deadlines.clear();
      this.setState({ kind: "closed" });
      this.state.complete();
    }
    await this.connecting;
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private isReady(): boolean {
    return this.session !== undefined && !this.session.connection.isClosed && this.session.unsettled === 0;
  }

  /** Keeps one connection from now on, until the channel is closed. */
  private connect(): void {
    this.connecting ??= this.stayConnected();
  }

  private async stayConnected(): Promise<void> {
    const backoff = new Backoff();
    while (!this.isClosed()) {
      this.setState({ kind: "connecting", problem: this.problem });
      try {
        const session = await this.openSession();
        this.problem = undefined;
        this.begin(session);
        const begunAt = performance.now();
        this.problem = await session.connection.lost;
        this.endSession();
        if (performance.now() - begunAt > STABLE_AFTER_MS) backoff.reset();
      } catch (error) {
        this.problem = messageOf(error);
        if (isFinal(error)) for (const call of this.waiting) call.fail(error);
      }
      await delay(backoff.next(), undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async openSession(): Promise<Session<Peer>> {
    const { signal } = this.closing;
    const url = formatAddress(
      parseAddress(await this.locate(signal, (problem) => this.tellProblem(problem))),
    );
    this.where = url;
    const connection = await DealerConnection.open(url, this.options, signal);
    try {
      const peer = await this.protocol.handshake((body, what) => this.ask(connection, body, what));
      return { connection, peer, signals: undefined, unsettled: 0, settling: Promise.resolve() };
    } catch (error) {
      connection.end(messageOf(error));
      throw error;
    }
  }

  private begin(session: Session<Peer>): void {
    this.session = session;
    for (const topic of this.topics) this.attach(topic, session);
    this.setState({ kind: "connected", peer: session.peer, url: session.connection.url });
    this.flush();
  }

  private endSession(): void {
    this.session?.connection.end("the client closed");
    this.session?.signals?.close();
    this.session = undefined;
    for (const topic of this.topics) topic.current = undefined;
  }

  private attach(topic: TopicSubscription<Peer>, session: Session<Peer>): void {
    if (session.signals === undefined) this.settle(session, () => this.openSignals(session));
    else topic.current = session.signals.frames(topic.topic(session.peer)).subscribe(topic.deliver);
    this.settle(session, () => this.confirm(session));
  }

  private detach(topic: TopicSubscription<Peer>): void {
    this.topics.delete(topic);
    topic.current?.unsubscribe();
  }

  /** Requests wait while any of these is under way. They run one after the other. */
  private settle(session: Session<Peer>, step: () => Promise<void>): void {
    session.unsettled += 1;
    session.settling = session.settling.then(step).catch((error: unknown) => {
      // Without its signals the connection is of no use to who subscribed: start over, visibly.
      session.connection.end(`signals: ${messageOf(error)}`);
    });
    void session.settling.then(() => {
      session.unsettled -= 1;
      this.flush();
    });
  }

  private async openSignals(session: Session<Peer>): Promise<void> {
    if (session.signals !== undefined) return;
    const { connection, peer } = session;
    const port = await this.protocol.signalPort(peer, (body, what) => this.ask(connection, body, what));
    session.signals = new SignalSubscription(signalAddress(connection.url, port), this.options);
    for (const topic of this.topics) {
      topic.current = session.signals.frames(topic.topic(peer)).subscribe(topic.deliver);
    }
    if (this.session === session) await session.signals.connect();
  }

  private async confirm({ connection, peer, signals }: Session<Peer>): Promise<void> {
    if (signals === undefined || connection.isClosed) return;
    await this.protocol.confirmSubscriptions(
      peer,
      (body, what) => this.ask(connection, body, what),
      (topic) => {
        const subscription = signals.frames(topic).subscribe();
        return () => subscription.unsubscribe();
      },
    );
  }

  private ask(connection: DealerConnection, body: Frame, what: string): Promise<readonly Buffer[]> {
    const timeoutMs = this.options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const abandon = connection.request(body, {
        onReply: (frames) => {
          clearTimeout(timer);
          resolve(frames);
        },
        onLost: (reason) => {
          clearTimeout(timer);
          reject(new Error(reason));
        },
      });
      const timer = setTimeout(() => {
        abandon();
        reject(new Error(`no reply to ${what} within ${timeoutMs} ms`));
      }, timeoutMs);
    });
  }

  private flush(): void {
    for (const call of this.waiting) {
      if (!this.isReady()) return;
      this.dispatch(call);
    }
  }

  private dispatch(call: ChannelCall<Peer>): void {
    const { session } = this;
    if (session === undefined) return;
    const { request } = call;
    const timeoutMs = request.timeoutMs(session.peer);
    let body: Frame;
    try {
      const remainingMs = timeoutMs === null ? null : call.startedAt + timeoutMs - performance.now();
      body = request.encode(session.peer, remainingMs);
    } catch (error) {
      call.fail(error);
      return;
    }
    this.waiting.delete(call);
    call.abandon = session.connection.request(body, {
      onReply: (frames) => call.succeed(frames),
      onLost: (reason, wasSent) => call.lost(reason, wasSent, session.connection.url),
    });
    this.setDeadline(call, timeoutMs);
  }

  private setDeadline(call: ChannelCall<Peer>, timeoutMs: number | null): void {
    call.timeoutMs = timeoutMs;
    if (timeoutMs === null) this.deadlines.delete(call);
    else this.deadlines.set(call, call.startedAt + timeoutMs);
  }

  private forget(call: ChannelCall<Peer>): void {
    this.waiting.delete(call);
    this.deadlines.delete(call);
  }

  private tellProblem(problem: string): void {
    this.problem = problem;
    this.setState({ kind: "connecting", problem });
  }

  private setState(state: ChannelState<Peer>): void {
    this.state.next(state);
  }
}

/** Errors that time does not mend: whoever waits is told at once. */
function isFinal(error: unknown): boolean {
  return [AddressError, AmbiguousDeviceError, ContractError].some((final) => error instanceof final);
}

function closedError({ place }: OutgoingRequest<unknown>): DeviceUnavailableError {
  const what = [place.device, place.member].filter((part) => part !== undefined).join(".");
  return new DeviceUnavailableError(`${what} was not sent: its client is closed`, place);
}
