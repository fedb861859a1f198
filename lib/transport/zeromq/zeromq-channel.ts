import { setTimeout as delay } from "node:timers/promises";
import { BehaviorSubject, Observable } from "rxjs";
import {
  AddressError,
  AmbiguousDeviceError,
  AuthenticationError,
  BusyError,
  ContractError,
  DeviceUnavailableError,
  messageOf,
  subjectOf,
} from "../../errors";
import { type ReceivedReply } from "../../wire/message";
import { unlessAborted } from "../abort";
import { formatAddress, parseAddress } from "../address";
import { Backoff } from "../backoff";
import { ChannelCall } from "../channel-call";
import { Deadlines } from "../deadlines";
import {
  type Caller,
  type ChannelOptions,
  type ChannelProtocol,
  type ChannelState,
  type Locate,
  type OutgoingRequest,
  type RpcChannel,
} from "../rpc-channel";
import { Session, type TopicSubscription } from "./session";

/** More than anybody waits for on purpose, few enough not to fill the memory. */
const DEFAULT_MAX_PENDING_REQUESTS = 4_096;

/** A connection that lasted this long was a good one: the next may be tried at once. */
const STABLE_AFTER_MS = 1_000;

/**
 * A channel over ZeroMQ. Calls wait here, never in a socket, until a device is connected and has said who it is.
 */
export class ZeroMqChannel<Peer> implements RpcChannel<Peer> {
  private readonly state = new BehaviorSubject<ChannelState<Peer>>({ kind: "idle" });
  readonly state$: Observable<ChannelState<Peer>> = this.state.asObservable();

  /** Calls that are not settled yet. */
  private readonly calls = new Set<ChannelCall<Peer>>();
  /** Those of them that wait for a connection. */
  private readonly waiting = new Set<ChannelCall<Peer>>();
  private readonly deadlines = new Deadlines<ChannelCall<Peer>>(this.calls, (call) => this.expire(call));
  private readonly topics = new Set<TopicSubscription<Peer>>();
  private readonly closing = new AbortController();
  private session: Session<Peer> | undefined;
  private connecting: Promise<void> | undefined;
  private where = "address unknown";
  private problem: string | undefined;
  /** How the last attempt ended, where the keys were the reason. */
  private refusal: AuthenticationError | undefined;

  constructor(
    private readonly locate: Locate,
    private readonly protocol: ChannelProtocol<Peer>,
    private readonly options: ChannelOptions = {},
  ) {}

  request(request: OutgoingRequest<Peer>): Promise<ReceivedReply> {
    return new Promise((resolve, reject) => {
      this.send(request, { succeed: resolve, fail: reject });
    });
  }

  send(request: OutgoingRequest<Peer>, caller: Caller): void {
    if (this.isClosed()) {
      caller.fail(closedError(request));
      return;
    }
    const { maxPendingRequests = DEFAULT_MAX_PENDING_REQUESTS } = this.options;
    if (this.calls.size >= maxPendingRequests) {
      caller.fail(busyError(request, maxPendingRequests));
      return;
    }
    const call = new ChannelCall(request, caller, this);
    this.calls.add(call);
    call.listen();
    if (!this.calls.has(call)) return;
    this.connect();
    if (this.session?.isReady === true) this.dispatch(call, this.session);
    else this.wait(call);
  }

  subscribe(topic: (peer: Peer) => string): Observable<Buffer> {
    return new Observable((observer) => {
      if (this.isClosed()) {
        observer.complete();
        return;
      }
      const subscription = { topic, observer };
      this.topics.add(subscription);
      this.connect();
      this.session?.add(subscription);
      return () => {
        this.topics.delete(subscription);
        this.session?.remove(subscription);
      };
    });
  }

  async close(): Promise<void> {
    if (!this.isClosed()) {
      this.closing.abort();
      for (const call of this.waiting) call.fail(closedError(call.request));
      this.endSession();
      this.deadlines.stop();
      for (const { observer } of [...this.topics]) observer.complete();
      this.setState({ kind: "closed" });
      this.state.complete();
    }
    await this.connecting;
  }

  private isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Keeps one connection from now on, until the channel is closed. */
  private connect(): void {
    this.connecting ??= this.stayConnected();
  }

  private async stayConnected(): Promise<void> {
    // Not at once: who hears of the state may call or subscribe, and must find that it connects already.
    await Promise.resolve();
    const backoff = new Backoff();
    this.setState({ kind: "connecting", problem: undefined });
    while (!this.isClosed()) {
      try {
        this.begin(await this.openSession());
        const begunAt = performance.now();
        this.problem = await this.session?.connection.lost;
        if (performance.now() - begunAt > STABLE_AFTER_MS) backoff.reset();
      } catch (error) {
        this.problem = messageOf(error);
        this.failWaiting(error);
      }
      this.endSession();
      this.setState({ kind: "connecting", problem: this.problem });
      await delay(backoff.next(), undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }

  private async openSession(): Promise<Session<Peer>> {
    const { signal } = this.closing;
    const search = this.locate(signal, (problem) => this.tellProblem(problem));
    const address = parseAddress(await unlessAborted(signal, search));
    const url = formatAddress(address);
    this.where = url;
    if (address.scheme === "tcp" && address.port === undefined) {
      throw new AddressError(`${url} names no port: as in ${url}:9000`);
    }
    return Session.open(url, this.protocol, this.options, signal, () => this.flush());
  }

  private begin(session: Session<Peer>): void {
    this.session = session;
    this.problem = undefined;
    this.refusal = undefined;
    for (const topic of this.topics) session.add(topic);
    this.setState({ kind: "connected", peer: session.peer, url: session.connection.url });
    this.flush();
  }

  private endSession(): void {
    this.session?.end("the client closed");
    this.session = undefined;
  }

  private flush(): void {
    for (const call of this.waiting) {
      if (this.session?.isReady !== true) return;
      this.dispatch(call, this.session);
    }
  }

  private dispatch(call: ChannelCall<Peer>, session: Session<Peer>): void {
    const { request } = call;
    const timeoutMs = request.timeoutMs(session.peer);
    const until = timeoutMs === null ? null : call.startedAt + timeoutMs;
    if (until !== null && until <= performance.now()) {
      // The timer is late: the event loop was blocked, or the device names a shorter time.
      call.timeoutMs = timeoutMs;
      this.expire(call);
      return;
    }
    let body: string;
    try {
      body = request.encode(session.peer, until);
    } catch (error) {
      call.fail(error);
      return;
    }
    this.waiting.delete(call);
    call.sent = session.connection.request(body, call);
    this.setTimeout(call, timeoutMs);
  }

  private wait(call: ChannelCall<Peer>): void {
    this.waiting.add(call);
    this.setTimeout(call, call.request.timeoutMs(undefined));
  }

  private setTimeout(call: ChannelCall<Peer>, timeoutMs: number | null): void {
    call.timeoutMs = timeoutMs;
    this.deadlines.watch(call.dueAt);
  }

  /** @internal A call has ended. */
  forget(call: ChannelCall<Peer>): void {
    this.calls.delete(call);
    this.waiting.delete(call);
  }

  /** Ends the wait where it is in vain. The channel goes on trying: a key may be allowed later. */
  private failWaiting(error: unknown): void {
    this.refusal = error instanceof AuthenticationError ? error : undefined;
    for (const call of this.waiting) {
      if (this.refusal !== undefined) call.refused(this.refusal, this.where);
      else if (isFinal(error)) call.fail(error);
    }
  }

  private expire(call: ChannelCall<Peer>): void {
    if (this.refusal !== undefined && this.waiting.has(call)) call.refused(this.refusal, this.where);
    else call.expire(this.where, this.obstacle());
  }

  /** Why a call still waits; nothing where it need not any more, but its time was over before it could be sent. */
  private obstacle(): string | undefined {
    const isSettling = this.session?.isReady === false && !this.session.connection.isClosed;
    return isSettling ? "it is connected, but still learns what is subscribed" : this.problem;
  }

  private tellProblem(problem: string): void {
    this.problem = problem;
    this.setState({ kind: "connecting", problem });
  }

  private setState(state: ChannelState<Peer>): void {
    const { value } = this.state;
    const isKnown =
      state.kind === "connecting" && value.kind === "connecting" && value.problem === state.problem;
    if (!isKnown) this.state.next(state);
  }
}

/** Errors that time does not mend: whoever waits is told at once. */
function isFinal(error: unknown): boolean {
  return [AddressError, AmbiguousDeviceError, ContractError].some((final) => error instanceof final);
}

function busyError({ place }: OutgoingRequest<unknown>, limit: number): BusyError {
  return new BusyError(
    `${subjectOf(place)}was not sent: ${limit} requests to the device wait already (maxPendingRequests)`,
    place,
  );
}

function closedError({ place }: OutgoingRequest<unknown>): DeviceUnavailableError {
  return new DeviceUnavailableError(`${subjectOf(place)}was not sent: its client is closed`, place);
}
