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
} from "../errors";
import { LinkedList } from "../collections/linked-list";
import { LaneCounts } from "../contract/lane";
import { Backoff } from "../time/backoff";
import { Deadlines } from "../time/deadlines";
import { pause } from "../time/pause";
import { type ReceivedReply } from "../wire/message";
import { unlessAborted } from "../time/unless-aborted";
import { NobodyServesError, type SignalFrames } from "./connection";
import { located } from "./located";
import { DEFAULT_MAX_MESSAGE_BYTES } from "./message-limit";
import { type PendingCall } from "./pending-call";
import {
  type ChannelOptions,
  type ChannelProtocol,
  type ChannelState,
  type Locate,
  type RpcChannel,
  type SimpleRequest,
} from "./rpc-channel";
import { Session, type SignalSubscription } from "./session";
import { SignalPortMemory } from "./signal-port-memory";
import { SimpleCall } from "./simple-call";
import { resolveClientSecurity, transportOf, type Transport } from "./transports";

/** More than anybody waits for on purpose, few enough not to fill the memory. */
const DEFAULT_MAX_PENDING_REQUESTS = 4_096;

/** A connection that lasted this long was a good one: the next may be tried at once. */
const STABLE_AFTER_MS = 1_000;

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 1_000;

/**
 * A channel that keeps one connection, over whatever transport the device's URL names, and makes it again when it is
 * lost. Calls wait here, never in a socket, until a device is connected and has said who it is.
 */
export class ReconnectingChannel<Peer> implements RpcChannel<Peer> {
  private readonly state = new BehaviorSubject<ChannelState<Peer>>({ kind: "idle" });
  readonly state$: Observable<ChannelState<Peer>> = this.state.asObservable();

  /** Calls that are not settled yet. */
  private readonly calls = new LinkedList<PendingCall<Peer>>();
  private readonly lanes = new LaneCounts();
  /** Those of them that wait for a connection. */
  private readonly waiting = new Set<PendingCall<Peer>>();
  private readonly deadlines = new Deadlines<PendingCall<Peer>>(this.calls, (call) => this.due(call));
  private readonly subscriptions = new Set<SignalSubscription>();
  private readonly signalPorts = new SignalPortMemory();
  private readonly closing = new AbortController();
  private isClosing = false;
  private session: Session<Peer> | undefined;
  private connecting: Promise<void> | undefined;
  private where = "address unknown";
  private problem: string | undefined;
  /** How the last attempt ended, where the keys were the reason. */
  private refusal: AuthenticationError | undefined;
  /** Whether that attempt had found an address; else whoever is asked for addresses refused. */
  private isLocated = false;
  private readonly security: ReadonlyMap<Transport, unknown>;

  /**
   * @param locate - Where the device is; asked before every attempt to connect.
   * @throws KeyError if its keys cannot be used.
   */
  constructor(
    private readonly locate: Locate,
    private readonly protocol: ChannelProtocol<Peer>,
    private readonly options: ChannelOptions = {},
  ) {
    this.security = resolveClientSecurity(options.security);
  }

  request(request: SimpleRequest): Promise<ReceivedReply> {
    return new Promise((resolve, reject) => this.send(new SimpleCall(request, resolve, reject)));
  }

  send(call: PendingCall<Peer>): void {
    if (this.isClosed()) {
      call.fail(closedError(call));
      return;
    }
    const { maxPendingRequests = DEFAULT_MAX_PENDING_REQUESTS } = this.options;
    if (this.lanes.of(call.lane) >= maxPendingRequests) {
      call.fail(busyError(call, maxPendingRequests));
      return;
    }
    this.calls.add(call);
    this.lanes.add(call.lane);
    call.begin(this);
    if (!call.isListed) return;
    this.connect();
    if (this.session?.isReady === true) this.dispatch(call, this.session);
    else this.wait(call);
  }

  subscribe(signal: string): Observable<SignalFrames> {
    return new Observable((observer) => {
      if (this.isClosed()) {
        observer.complete();
        return;
      }
      const subscription = { signal, observer };
      this.subscriptions.add(subscription);
      this.connect();
      this.session?.add(subscription);
      return () => {
        this.subscriptions.delete(subscription);
        this.session?.remove(subscription);
      };
    });
  }

  async close(): Promise<void> {
    if (!this.isClosed()) {
      this.isClosing = true;
      for (const call of this.waiting) call.fail(closedError(call));
      if (this.session !== undefined) await this.session.settleAccounts();
      this.closing.abort();
      this.endSession();
      this.deadlines.stop();
      for (const { observer } of [...this.subscriptions]) observer.complete();
      this.setState({ kind: "closed" });
      this.state.complete();
    }
    await this.connecting;
  }

  private isClosed(): boolean {
    return this.isClosing;
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
        this.problem = await this.session?.exchange.lost;
        if (performance.now() - begunAt > STABLE_AFTER_MS) backoff.reset();
      } catch (error) {
        this.problem = messageOf(error);
        this.failWaiting(error);
      }
      this.endSession();
      this.setState({ kind: "connecting", problem: this.problem });
      await pause(backoff.next(), { signal: this.closing.signal });
    }
  }

  private async openSession(): Promise<Session<Peer>> {
    const { signal } = this.closing;
    const search = this.locate(signal, (problem) => this.tellProblem(problem));
    this.isLocated = false;
    const { url: found, verify } = located(await unlessAborted(signal, search));
    const transport = transportOf(found);
    const url = transport.checkedUrl(found);
    this.where = transport.shownUrl?.(url) ?? url;
    this.isLocated = true;
    const {
      maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
      handshakeTimeoutMs = DEFAULT_HANDSHAKE_TIMEOUT_MS,
      maxTextBytes,
      heartbeatMs,
      signalHighWaterMark,
      local,
      token,
      ca,
      nats,
    } = this.options;
    const security = this.security.get(transport);
    return Session.open({
      transport: transport.client(),
      url,
      verify,
      protocol: this.protocol,
      connection: {
        maxMessageBytes,
        maxTextBytes,
        handshakeTimeoutMs,
        heartbeatMs,
        signalHighWaterMark,
        local,
        token,
        ca,
        nats,
        security,
      },
      signalPorts: this.signalPorts,
      signal,
      onReady: () => this.flush(),
      onProblem: () => this.tellConnected(),
    });
  }

  private begin(session: Session<Peer>): void {
    this.session = session;
    this.problem = undefined;
    this.refusal = undefined;
    for (const subscription of this.subscriptions) session.add(subscription);
    this.tellConnected();
    this.flush();
  }

  private tellConnected(): void {
    if (this.session === undefined || this.isClosed()) return;
    const { peer, exchange, problem } = this.session;
    const { url, road } = exchange;
    this.setState({
      kind: "connected",
      peer,
      url,
      ...(road !== undefined && { road }),
      ...(problem !== undefined && { problem }),
    });
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

  private dispatch(call: PendingCall<Peer>, session: Session<Peer>): void {
    const timeoutMs = call.timeoutFor(session.peer);
    const until = timeoutMs === null ? null : call.startedAt + timeoutMs;
    if (until !== null && until <= performance.now()) {
      // The timer is late: the event loop was blocked, or the device names a shorter time.
      call.timeoutMs = timeoutMs;
      this.expire(call);
      return;
    }
    if (until !== null && !session.canStamp(until - performance.now())) {
      this.wait(call);
      return;
    }
    let body: string;
    try {
      body = call.encode(session.peer, until);
    } catch (error) {
      call.fail(error);
      return;
    }
    if (this.waiting.size > 0) this.waiting.delete(call);
    call.sendOver(session.exchange, body);
    this.setTimeout(call, timeoutMs);
  }

  private wait(call: PendingCall<Peer>): void {
    this.waiting.add(call);
    this.setTimeout(call, call.timeoutFor(undefined));
  }

  private setTimeout(call: PendingCall<Peer>, timeoutMs: number | null): void {
    call.timeoutMs = timeoutMs;
    this.deadlines.watch(call.dueAt);
  }

  /** @internal A call has ended. */
  forget(call: PendingCall<Peer>): void {
    if (this.calls.delete(call)) this.lanes.remove(call.lane);
    if (this.waiting.size > 0) this.waiting.delete(call);
  }

  /** Ends the wait where it is in vain. The channel goes on trying: a key may be allowed later. */
  private failWaiting(error: unknown): void {
    this.refusal = error instanceof AuthenticationError ? error : undefined;
    for (const call of this.waiting) {
      if (this.refusal !== undefined) call.refused(this.refusal, this.refusedAt);
      else if (error instanceof NobodyServesError) call.fail(this.unservedError(call, error));
      else if (isFinal(error)) call.fail(error);
    }
  }

  private unservedError(
    { place }: PendingCall<never>,
    { message }: NobodyServesError,
  ): DeviceUnavailableError {
    return new DeviceUnavailableError(`${subjectOf(place)}was not sent: ${message} (${this.where})`, place);
  }

  /** Shortly before its time is over, the device is asked what holds it up. */
  private due(call: PendingCall<Peer>): void {
    if (!call.isToBeLookedInto()) {
      this.expire(call);
      return;
    }
    this.session?.look();
    this.deadlines.watch(call.dueAt);
  }

  private expire(call: PendingCall<Peer>): void {
    if (this.refusal !== undefined && this.waiting.has(call)) call.refused(this.refusal, this.refusedAt);
    else call.expire(this.where, this.obstacle(), this.session?.holdupOf(call.id));
  }

  private get refusedAt(): string | undefined {
    return this.isLocated ? this.where : undefined;
  }

  /** Why a call still waits; nothing where it need not any more, but its time was over before it could be sent. */
  private obstacle(): string | undefined {
    if (this.session?.exchange.isClosed === false && this.session.problem !== undefined)
      return this.session.problem;
    const isSettling = this.session?.isReady === false && !this.session.exchange.isClosed;
    return isSettling ? "it is connected, but still learns what is subscribed" : this.problem;
  }

  private tellProblem(problem: string): void {
    this.problem = problem;
    this.setState({ kind: "connecting", problem });
  }

  private setState(state: ChannelState<Peer>): void {
    const { value } = this.state;
    if (!isKnown(state, value)) this.state.next(state);
  }
}

function isKnown(state: ChannelState<unknown>, before: ChannelState<unknown>): boolean {
  if (state.kind === "connecting") return before.kind === "connecting" && before.problem === state.problem;
  if (state.kind !== "connected" || before.kind !== "connected") return false;
  return before.peer === state.peer && before.problem === state.problem;
}

/** Errors that time does not mend: whoever waits is told at once. */
function isFinal(error: unknown): boolean {
  return [AddressError, AmbiguousDeviceError, ContractError].some((final) => error instanceof final);
}

function busyError({ place }: PendingCall<never>, limit: number): BusyError {
  return new BusyError(
    `${subjectOf(place)}was not sent: ${limit} requests to the device wait already (maxPendingRequests)`,
    place,
  );
}

function closedError({ place }: PendingCall<never>): DeviceUnavailableError {
  return new DeviceUnavailableError(`${subjectOf(place)}was not sent: its client is closed`, place);
}
