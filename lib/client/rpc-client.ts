import { map, type Observable } from "rxjs";
import {
  type MethodContract,
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
} from "../contract/service-contract";
import { toWire } from "../contract/to-wire";
import { Any, mayHoldArrays } from "../contract/value-type";
import {
  BadValue,
  ContractError,
  DeviceUnavailableError,
  type ErrorPlace,
  MalformedMessageError,
  messageOf,
  placeName,
  RemoteError,
} from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import {
  type ChannelOptions,
  type ChannelState,
  type Locate,
  type RpcChannel,
} from "../transport/rpc-channel";
import { type Road } from "../transport/connection";
import { ReconnectingChannel } from "../transport/reconnecting-channel";
import { type DeviceHealth } from "../wire/device-health";
import { type DeviceStats } from "../wire/device-stats";
import { type Feature, type Inventory, offers } from "../wire/inventory";
import { type MethodCall, type PropertyGet, type RpcRequest, type StreamNext } from "../wire/requests";
import { type MemberUser } from "../wire/member-users";
import { qualityOf } from "../wire/signals";
import { type StreamItems } from "../wire/streams";
import { type TraceContext } from "../wire/trace-context";
import { type CallOptions } from "./call-options";
import { type MissingMembers } from "./check-fulfilled";
import { OutgoingCall, type ProgressListener, withPlace, type RequestKind } from "./outgoing-call";
import { MemberUses, type UseOptions } from "./member-uses";
import { methodCalled } from "./method-called";
import { checkSendable, outgoingArguments, type Keywords } from "./outgoing-arguments";
import {
  type ClientHandler,
  type ClientInterceptor,
  type ClientRequest,
  interceptedBy,
  type RequestTarget,
} from "./interceptor";
import { MissedLog } from "./missed-log";
import { DeviceProtocol, type Peer } from "./peer";
import { ReadingCall, readingKindOf } from "./property-reading";
import { RemoteSignals, type StampedProjection } from "./remote-signals";
import { RemoteRun, type Run, RunProgress } from "./run";
import {
  getKindOf,
  HEALTH,
  INVENTORY,
  methodKindOf,
  setKindOf,
  STATS,
  STOP_SERVER,
  USERS,
} from "./request-kinds";
import { PulledStream, type RemoteStream } from "./remote-stream";
import { SignalSequences, type MissedSignals } from "./signal-sequences";
import { itemsKindOf, StreamCall, type StreamListener, StreamPull } from "./stream-call";
import { StreamReader, type StreamRoad } from "./stream-reader";
import { type Reading } from "./timed";
import { withMembers } from "./whole-inventory";

export interface ClientOptions extends ChannelOptions, CallOptions, UseOptions {
  /** What errors call the device. Default: the name it has in its inventory, or its address. */
  readonly name?: string;
  /**
   * What becomes of a device that lacks members of its contract, as an older one does: `"tell"` logs them once, and a
   * call, a property or a signal that is missing fails with a `ContractError` when it is used; `"fail"` lets everything
   * fail. A device that has no member of the contract is always refused. Default `"tell"`.
   */
  readonly missing?: MissingMembers;
  /** Stand around every call, `get` and `set` of the client, the first outermost. Default: none. */
  readonly interceptors?: readonly ClientInterceptor[];
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** How a request is sent. */
interface SendOptions extends CallOptions {
  /** What an interceptor sends with it. */
  readonly trace?: TraceContext | undefined;
}

/** Who hears of a call before its result: of its progress, or of the stream that it opened. */
type CallListener = ProgressListener | StreamListener;

/** Where a client stands. */
export type ClientState =
  | { readonly kind: "idle" }
  /** It tries to connect; `problem` is why the last attempt failed. */
  | { readonly kind: "connecting"; readonly problem: string | undefined }
  /**
   * `url` is what the device is known by; `road` is how it is connected, where that is not what the URL says: `local`
   * is the quick way within one computer. `problem` is why it does not answer, or why its signals do not come for now;
   * nothing where all is well.
   */
  | {
      readonly kind: "connected";
      readonly url: string;
      readonly road?: Road;
      readonly inventory: Inventory;
      readonly problem?: string;
    }
  | { readonly kind: "closed" };

/** The plumbing of a remote: calls by name, the inventory, the state of the connection. */
export class RpcClient implements RequestTarget {
  readonly state$: Observable<ClientState>;
  /** Signals that were sent and did not arrive, counted per signal. */
  readonly missed$: Observable<MissedSignals>;

  private readonly isIntercepted: boolean;
  private readonly channel: RpcChannel<Peer>;
  private readonly sequences = new SignalSequences();
  private readonly signals: RemoteSignals;
  private readonly missedLog: MissedLog;
  private readonly log: Logger;
  /** The name, or else the address, under which it was last connected. */
  private lastKnown: string | undefined;
  /** What the server that it was connected to last said of itself. */
  private lastInventory: Inventory | undefined;
  /** Where it was. */
  private lastUrl: string | undefined;

  /**
   * @param locate - Where the device is; asked before every attempt to connect.
   * @param contract - What the device must offer; nothing to take whatever it offers.
   */
  constructor(
    locate: Locate,
    private readonly contract: ServiceContract | undefined,
    private readonly options: ClientOptions = {},
  ) {
    const { logger = defaultLogger(), interceptors = [], missing = "tell" } = options;
    const expected = contract === undefined ? undefined : { contract, missing, log: logger };
    this.log = logger;
    this.isIntercepted = interceptors.length > 0;
    const protocol = new DeviceProtocol(expected, this.sequences, MemberUses.of(options));
    this.channel = new ReconnectingChannel(locate, protocol, options);
    this.signals = new RemoteSignals(
      this.channel,
      this.sequences,
      logger,
      () => this.device,
      options.maxTextBytes,
    );
    this.state$ = this.channel.state$.pipe(map(toClientState));
    this.missed$ = this.sequences.missed$;
    this.channel.state$.subscribe((state) => this.remember(state));
    this.missedLog = new MissedLog(logger, () => this.device);
    this.missed$.subscribe((missed) => this.missedLog.add(missed));
  }

  /** What errors call the device. */
  get device(): string {
    return this.options.name ?? this.lastKnown ?? "device";
  }

  /** The device's service type; nothing where neither a contract nor the device has said it. */
  get service(): string | undefined {
    return this.contract?.type ?? this.lastInventory?.rigwire?.type;
  }

  /** The address that the device was last connected by. */
  get url(): string | undefined {
    return this.lastUrl;
  }

  /**
   * Calls a method, also one that no contract describes:
   * `await clientOf(camera).call("configure", [1], { mode: "fast" })` is Python's `configure(1, mode="fast")`.
   *
   * @param method - Its name on the network or in the contract, or its contract.
   * @param args - The arguments that are given by place.
   * @param kwargs - The arguments that are given by name, as the device names them. What is `undefined` is left out.
   * @returns What the method returned; for a buffer method its bytes and info object.
   * @throws RemoteError, ValidationError, RpcTimeoutError, ConnectionLostError, DeviceUnavailableError, ContractError.
   * @throws EncodingError if an argument cannot be sent, with the path to the value. Nothing was sent.
   */
  call(
    method: MethodContract | string,
    args: readonly unknown[] = [],
    kwargs: Keywords = {},
    options: CallOptions = {},
  ): Promise<unknown> {
    const contract = typeof method === "string" ? methodCalled(method, this.contract) : method;
    return this.begin(contract, args, kwargs, options);
  }

  /**
   * Calls a method as {@link call} does, and hears of its progress.
   *
   * @returns A promise as that of `call`, with what the method tells meanwhile: nothing where it tells no progress.
   */
  run(
    method: MethodContract | string,
    args: readonly unknown[] = [],
    kwargs: Keywords = {},
    options: CallOptions = {},
  ): Run<unknown> {
    const contract = typeof method === "string" ? methodCalled(method, this.contract) : method;
    const { progress: type = Any, member } = contract;
    const progress = new RunProgress(type, options.signal ?? this.options.signal, (error) =>
      this.log.error(
        { err: error },
        `the progress of ${this.device}.${member} does not fit its declaration: ${messageOf(error)}`,
      ),
    );
    const { onProgress, signal } = progress;
    return new RemoteRun(progress, () =>
      this.begin(contract, args, kwargs, { ...options, signal }, onProgress),
    );
  }

  /**
   * Reads a stream method, also one that no contract describes; nothing is sent before the result is read.
   *
   * @param options.timeoutMs - How long is waited until it is opened, and for each item.
   */
  stream(
    method: MethodContract | string,
    args: readonly unknown[] = [],
    kwargs: Keywords = {},
    options: CallOptions = {},
  ): RemoteStream<unknown> {
    const contract = typeof method === "string" ? methodCalled(method, this.contract) : method;
    const type = contract.stream?.items ?? Any;
    const { signal = this.options.signal } = options;
    return new PulledStream((reading) => {
      const road: StreamRoad = {
        open: (opened, signal) =>
          this.begin(contract, args, kwargs, { ...options, signal }, { mode: reading.mode, opened }),
        pull: (id, credit, signal) => this.pull(contract, { stream: id, credit }, { ...options, signal }),
      };
      return new StreamReader(road, type, reading, signal);
    });
  }

  private pull(
    contract: MethodContract,
    wish: Pick<StreamNext, "stream" | "credit">,
    options: CallOptions,
  ): Promise<StreamItems> {
    return new Promise((resolve, reject) => {
      const request = { event: "STREAM_NEXT", ...wish } as const;
      const kind = itemsKindOf(contract);
      this.channel.send(new StreamPull(this, request, kind, options, this.options, resolve, reject));
    });
  }

  private begin(
    contract: MethodContract,
    args: readonly unknown[],
    kwargs: Keywords,
    options: CallOptions,
    listener?: CallListener,
  ): Promise<unknown> {
    return !this.isIntercepted
      ? this.callDirectly(contract, args, kwargs, options, listener)
      : this.intercept("call", contract, args, options, kwargs, listener);
  }

  private callDirectly(
    method: MethodContract,
    args: readonly unknown[],
    kwargs: Keywords,
    options: SendOptions,
    listener?: CallListener,
  ): Promise<unknown> {
    if (typeof listener === "object") return this.openDirectly(method, args, kwargs, options, listener);
    return new Promise((resolve, reject) => {
      const request = this.methodCall(method, args, kwargs, options);
      const call = new OutgoingCall(
        this,
        request,
        methodKindOf(method),
        options,
        this.options,
        resolve,
        reject,
        listener,
      );
      this.channel.send(call);
    });
  }

  private openDirectly(
    method: MethodContract,
    args: readonly unknown[],
    kwargs: Keywords,
    options: SendOptions,
    { mode, opened }: StreamListener,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = { ...this.methodCall(method, args, kwargs, options), stream: mode };
      const kind = methodKindOf(method);
      this.channel.send(
        new StreamCall(opened, method.wireName, this, request, kind, options, this.options, resolve, reject),
      );
    });
  }

  /** Asks the device for a property's value. */
  get(property: PropertyContract, options: CallOptions = {}): Promise<unknown> {
    return !this.isIntercepted
      ? this.getDirectly(property, options)
      : this.intercept("get", property, [], options);
  }

  private getDirectly(property: PropertyContract, options: SendOptions): Promise<unknown> {
    return this.request(getRequest(property, options), getKindOf(property), options);
  }

  /**
   * Asks the device for a property's value, when it was true, and whether it can be relied on. Interceptors see a `get`,
   * and a `BadValue` where the value is bad.
   */
  async read(property: PropertyContract, options: CallOptions = {}): Promise<Reading<unknown>> {
    if (!this.isIntercepted) return this.readDirectly(property, options);
    const { device } = this;
    const { member } = property;
    let seen: Reading<unknown> | undefined;
    const send: ClientHandler = async (request) => {
      seen = await this.readDirectly(property, sendOptions(request));
      if (seen.quality === "bad") throw new BadValue(seen.reason, seen, { device, member });
      return seen.value;
    };
    const handle = interceptedBy(this.options.interceptors ?? [], send);
    try {
      await handle({ kind: "get", device, member, args: [], kwargs: {}, options, target: this });
    } catch (error) {
      if (!(error instanceof BadValue) || seen?.quality !== "bad") throw error;
    }
    if (seen !== undefined) return seen;
    throw new ContractError(`${device}.${member} was not read: an interceptor gave a value without asking`, {
      device,
      member,
    });
  }

  private readDirectly(property: PropertyContract, options: SendOptions): Promise<Reading<unknown>> {
    return new Promise((resolve, reject) => {
      const request = { ...getRequest(property, options), time: true };
      const kind = readingKindOf(property);
      const ignore = () => undefined;
      this.channel.send(
        new ReadingCall(property, resolve, this, request, kind, options, this.options, ignore, reject),
      );
    });
  }

  /**
   * Sets a property.
   *
   * @throws ValidationError if the device does not take the value.
   */
  async set(property: PropertyContract, value: unknown, options: CallOptions = {}): Promise<void> {
    if (!this.isIntercepted) await this.setDirectly(property, value, options);
    else await this.intercept("set", property, [value], options);
  }

  private async setDirectly(property: PropertyContract, value: unknown, options: SendOptions): Promise<void> {
    const { wireName, member, type } = property;
    const { trace } = options;
    try {
      checkSendable(value, "the value");
    } catch (error) {
      throw withPlace(error, this.place(member));
    }
    const request: RpcRequest = {
      event: "PROPERTY_SET",
      property: wireName,
      value: toWire(type, value) ?? null,
      ...(trace !== undefined && { trace }),
    };
    await this.request(request, setKindOf(property), options);
  }

  /** What a signal tells while someone is subscribed. */
  signal(contract: SignalContract): Observable<unknown> {
    return this.signals.observe(contract);
  }

  /** What a signal tells, with its moments. @internal Use `withTime`. */
  stampedSignal<T>(contract: SignalContract, project: StampedProjection<T>): Observable<T> {
    return this.signals.stamped(contract, project);
  }

  /** Emits when a property that tells its changes became stale, bad, or good again: read it then. */
  qualityChanges({ member, wireName }: PropertyContract): Observable<unknown> {
    const name = qualityOf(wireName);
    return this.signal({
      kind: "signal",
      member,
      wireName: name,
      description: undefined,
      argumentTypes: undefined,
    });
  }

  /** What the device says of itself, asked anew. */
  async inventory(options: CallOptions = {}): Promise<Inventory> {
    const inventory = await this.request({ event: "GET_INVENTORY" }, INVENTORY, options);
    if (inventory.rigwire?.memberPages === undefined) return inventory;
    // It is the same for as long as the server runs, and was asked for when the connection was made.
    const known = this.lastInventory?.rigwire;
    if (known?.instance === inventory.rigwire.instance) return withMembers(inventory, known);
    const place = this.place(undefined);
    throw new DeviceUnavailableError(
      `${placeName(place)}the device was started anew while it was asked what it offers: ask again`,
      place,
    );
  }

  /**
   * Which programs use which members of the device, as they say themselves, since its server was started: those heard of
   * last first. Anybody who may connect may ask.
   *
   * @returns Nothing where the device does not keep account: an original, or an older device.
   */
  async users(options: CallOptions = {}): Promise<readonly MemberUser[] | undefined> {
    if (!offers(await this.inventory(options), "users")) return undefined;
    return this.request({ event: "USERS" }, USERS, options);
  }

  /**
   * What the device counted since its server started: calls, failures and refusals of each member, how long they waited
   * and ran, signals, connections, its process.
   *
   * @throws ContractError if the device has no stats: an original, or an older rigwire; what a call throws besides.
   */
  stats(options: CallOptions = {}): Promise<DeviceStats> {
    return this.addition("stats", this.request({ event: "STATS" }, STATS, options));
  }

  /**
   * Whether the device can do its work, as it says itself (`setHealth`), and why not. A server that is closing does not
   * serve.
   *
   * @throws ContractError if the device does not say: an original, or an older rigwire; what a call throws besides.
   */
  health(options: CallOptions = {}): Promise<DeviceHealth> {
    return this.addition("health", this.request({ event: "STATUS" }, HEALTH, options));
  }

  /**
   * Ends the device's server (`STOP_SERVER`, plantimager RPC), where it lets clients do so: an original always does, a
   * server of this library with `allowRemoteStop`. Resolves when the server said that it ends.
   *
   * @throws RemoteError if the server may not be stopped remotely; what a call throws besides.
   */
  stopServer(options: CallOptions = {}): Promise<void> {
    return this.request({ event: "STOP_SERVER" }, STOP_SERVER, options);
  }

  /** Ends the connection, every call that waits and every signal. Idempotent. */
  async close(): Promise<void> {
    await this.channel.close();
    this.sequences.close();
    this.missedLog.close();
  }

  private intercept(
    kind: ClientRequest["kind"],
    contract: MethodContract | PropertyContract,
    args: readonly unknown[],
    options: CallOptions,
    kwargs: Keywords = {},
    listener?: CallListener,
  ): Promise<unknown> {
    const { device } = this;
    const send: ClientHandler = (request) => this.sendAs(kind, contract, request, listener);
    const handle = interceptedBy(this.options.interceptors ?? [], send);
    return handle({ kind, device, member: contract.member, args, kwargs, options, target: this });
  }

  private sendAs(
    kind: ClientRequest["kind"],
    contract: MethodContract | PropertyContract,
    request: ClientRequest,
    listener?: CallListener,
  ): Promise<unknown> {
    const { args, kwargs = {} } = request;
    const options = sendOptions(request);
    if (contract.kind === "method") return this.callDirectly(contract, args, kwargs, options, listener);
    return kind === "get"
      ? this.getDirectly(contract, options)
      : this.setDirectly(contract, args[0], options);
  }

  /** @param answer - What a device that does not know the question answers with a failure, or with anything. */
  private async addition<T>(feature: Feature, answer: Promise<T>): Promise<T> {
    let cause: unknown;
    try {
      const answered = await answer;
      if (offers(this.lastInventory, feature)) return answered;
    } catch (error) {
      const isAnswer = error instanceof RemoteError || error instanceof MalformedMessageError;
      if (!isAnswer || offers(this.lastInventory, feature)) throw error;
      cause = error;
    }
    const { device } = this;
    const text = `${device} tells no ${feature}: it is no device of rigwire, or an older one`;
    throw new ContractError(text, { device }, { cause });
  }

  private request<T>(request: RpcRequest, kind: RequestKind<T>, options: CallOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = new OutgoingCall(this, request, kind, options, this.options, resolve, reject);
      this.channel.send(call);
    });
  }

  private methodCall(
    method: MethodContract,
    args: readonly unknown[],
    kwargs: Keywords,
    { trace }: SendOptions,
  ): MethodCall {
    try {
      const given = outgoingArguments(method, args, kwargs);
      return { event: "METHOD_CALL", method: method.wireName, ...given, trace };
    } catch (error) {
      throw withPlace(error, this.place(method.member));
    }
  }

  private place(member: string | undefined): ErrorPlace {
    return { device: this.device, ...(member !== undefined && { member }) };
  }

  private remember(state: ChannelState<Peer>): void {
    if (state.kind !== "connected") return;
    this.lastInventory = state.peer.inventory;
    const { name } = this.lastInventory;
    this.lastKnown = name === "" ? state.url : name;
    this.lastUrl = state.url;
  }
}

function sendOptions({ options, trace }: ClientRequest): SendOptions {
  return trace === undefined ? options : { ...options, trace };
}

function getRequest({ wireName, type }: PropertyContract, { trace }: SendOptions): PropertyGet {
  const takesArrays = mayHoldArrays(type);
  return {
    event: "PROPERTY_GET",
    property: wireName,
    ...(takesArrays && { takesArrays }),
    ...(trace !== undefined && { trace }),
  };
}

function toClientState(state: ChannelState<Peer>): ClientState {
  if (state.kind !== "connected") return state;
  const { peer, ...rest } = state;
  return { ...rest, inventory: peer.inventory };
}
