import { randomUUID } from "node:crypto";
import { BehaviorSubject, distinctUntilChanged, type Observable } from "rxjs";
import { contractOf } from "../contract/contract-of";
import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { type Constructor } from "../contract/value-type";
import { ContractError, EncodingError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { type EndpointOptions, type IncomingRequest, type RpcEndpoint } from "../transport/endpoint";
import { openEndpoints } from "../transport/combined-endpoint";
import { deferred } from "../time/deferred";
import { VERSION } from "../version";
import { deviceFailure, failed, type Failure, refusal } from "../wire/failures";
import { frameBytes, isLarger, type Frame } from "../wire/frame";
import { inventoryReply } from "../wire/inventory";
import { encodeJson } from "../wire/json";
import { failureReply, successReply, withinLimit, type ReplyFrames } from "../wire/replies";
import { DEFAULT_MAX_TEXT_BYTES } from "../wire/text-bounds";
import { type ServerStatus } from "../wire/server-status";
import { decodeRequest, type MemberRequest, type RpcRequest } from "../wire/requests";
import { confirmationTopic } from "../wire/signals";
import { ActiveRequests } from "./active-requests";
import { callLimitLink, type CallLimits } from "./call-limits";
import { checkDevice } from "./check-device";
import { closingLink, type ServerPhase } from "./closing-link";
import { Device } from "./device";
import { DeviceTime } from "./device-time";
import { DeviceProperties, type ServedGet, type ServedSet } from "./device-properties";
import { FailureLog } from "./failure-log";
import { interceptorLink, type ServerInterceptor } from "./interceptor";
import { LostCallers } from "./lost-callers";
import { MethodRunner, type ServedCall } from "./method-runner";
import { pipeline, type Handler } from "./pipeline";
import { resumedLink } from "./resumed-link";
import { occupy, vacate, vacateLater } from "./served-objects";
import { ServedRequest, type RequestOrigin } from "./served-request";
import { SignalPublisher } from "./signal-publisher";
import { warnOfTwoCopies } from "./two-copies";
import { warnOfUncheckedArguments } from "./unchecked-arguments";
import { surviveUnhandledRejections } from "./unhandled-rejections";

/** Where and how a device is served. */
export interface ServeOptions extends EndpointOptions, CallLimits {
  /**
   * Where to serve: `tcp://HOST[:PORT]`, `ws://HOST[:PORT][/PATH]`, `wss://…`, `unix://PATH`, `ipc://PATH` or
   * `inproc://NAME`; or several of them, the first of which is told to registries. Default: this computer only, a free
   * port.
   */
  readonly url?: string | readonly string[];
  /** The device's name, as clients see it in the inventory. Default: none, until a registry gives one. */
  readonly name?: string;
  /** Whether a client may end the server with `STOP_SERVER`. Default false. */
  readonly allowRemoteStop?: boolean;
  /** How long methods that run when the server closes may take to their end, in milliseconds. Default 2 000. */
  readonly closeGraceMs?: number;
  /** Stand around every request for a member, the first outermost. Default: none. */
  readonly interceptors?: readonly ServerInterceptor[];
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

const DEFAULT_CLOSE_GRACE_MS = 2_000;

const DEFAULT_URL = "tcp://127.0.0.1";

/** How long a client's new subscription may take to arrive, in milliseconds. */
const SUBSCRIPTION_TIMEOUT_MS = 1_000;

/** What this server can do beyond the original, for clients that know. */
const FEATURES = ["cancel", "confirm-subscriptions", "signal-counts", "status"] as const;

/**
 * Serves an object of a decorated class.
 *
 * @throws ContractError if the class is not decorated, or wrongly, or the object is served already, or a method that an
 *   earlier server began still runs.
 * @throws AddressError if the URL cannot be bound.
 */
export async function serve(device: object, options: ServeOptions = {}): Promise<RpcServer> {
  const contract = contractOf(classOf(device));
  occupy(device, contract.name);
  try {
    return await RpcServer.start(new Device(device), contract, options);
  } catch (error) {
    vacate(device);
    throw error;
  }
}

function classOf(device: object): Constructor<object> {
  const { constructor } = device as { constructor?: unknown };
  if (typeof constructor === "function") return constructor as Constructor<object>;
  throw new ContractError("the object has no class: serve an instance of a class with @RpcService()");
}

/** A device on the network. */
export class RpcServer {
  /** What clients read as the device's name, and each later one, until the server closes. */
  readonly name$: Observable<string>;

  private readonly names: BehaviorSubject<string>;
  private readonly instance = randomUUID();
  private readonly active = new ActiveRequests();
  private readonly time = new DeviceTime();
  private readonly carryOut: Handler;
  private readonly properties: DeviceProperties;
  private readonly methods: MethodRunner;
  private readonly signals: SignalPublisher;
  private readonly endSurvival: () => void;
  private readonly whenClosed = deferred();
  /** Resolves when the server has closed, whoever closed it. */
  readonly closed: Promise<void> = this.whenClosed.promise;
  private readonly maxTextBytes: number;
  private phase: ServerPhase = "open";
  private draining: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly device: Device,
    readonly contract: ServiceContract,
    private readonly endpoint: RpcEndpoint,
    /** Where clients connect, with the ports that were taken, in the order of the option. */
    readonly urls: readonly string[],
    private readonly options: ServeOptions,
    log: Logger,
  ) {
    this.maxTextBytes = options.maxTextBytes ?? DEFAULT_MAX_TEXT_BYTES;
    this.names = new BehaviorSubject(options.name ?? "");
    this.name$ = this.names.pipe(distinctUntilChanged());
    this.endSurvival = surviveUnhandledRejections(log);
    const failures = new FailureLog(device, log);
    this.methods = new MethodRunner(device, this.active, failures);
    this.properties = new DeviceProperties(device, contract, log, failures);
    this.signals = new SignalPublisher(
      device,
      contract,
      endpoint.subscriptions$,
      (signal, frame) => this.publish(signal, frame),
      log,
    );
    const { interceptors = [] } = options;
    const lostCallers = new LostCallers(this.active);
    this.time.stoodStill$.subscribe((forMs) => this.stoodStill(forMs, log));
    endpoint.departed$.subscribe((client) => lostCallers.lost(client));
    const links = [
      lostCallers.link,
      resumedLink(this.time),
      closingLink(() => this.phase),
      callLimitLink(this.active, options),
      ...(interceptors.length > 0 ? [interceptorLink(interceptors)] : []),
    ];
    this.carryOut = pipeline(links, (request) => this.toDevice(request));
  }

  /** @internal Use {@link serve}. */
  static async start(device: Device, contract: ServiceContract, options: ServeOptions): Promise<RpcServer> {
    const { url = DEFAULT_URL, logger = defaultLogger() } = options;
    checkDevice(device, contract);
    warnOfUncheckedArguments(contract, logger);
    warnOfTwoCopies(logger);
    const starting: { server?: RpcServer } = {};
    // Clients that waited for the address may be quicker than this function.
    const early: IncomingRequest[] = [];
    const handle = (request: IncomingRequest) => {
      if (starting.server === undefined) early.push(request);
      else starting.server.handle(request);
    };
    const attended = () => starting.server?.active.clients() ?? [];
    const [first = DEFAULT_URL, ...others] = typeof url === "string" ? [url] : url;
    const { endpoint, urls } = await openEndpoints([first, ...others], { handle, attended }, options, logger);
    const server = (starting.server = new RpcServer(device, contract, endpoint, urls, options, logger));
    for (const request of early) server.handle(request);
    return server;
  }

  /** What clients read as the device's name; a registry may give it another. */
  get name(): string {
    return this.names.value;
  }

  set name(name: string) {
    this.names.next(name);
  }

  /** Where clients connect, with the port that was taken: the first of {@link urls}. */
  get url(): string {
    return this.endpoint.url;
  }

  /** The object that is served. */
  get target(): object {
    return this.device.target;
  }

  /**
   * Runs a task of this process as if a client had called a method: after those that came before it, and while no
   * other runs.
   *
   * @param task - Gets a signal that aborts when a method interrupts the task, or when the server closes.
   * @throws DeviceUnavailableError if the server closes before its turn; InterruptedError if a method that interrupts is
   *   called before; what the task throws.
   */
  inTurn<T>(task: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    return this.methods.inTurn(task);
  }

  /**
   * Ends what the device does, but stays there: aborts what runs, refuses what waits, and gives what runs the grace time
   * to come to its end. Meanwhile, and until {@link close}, only methods that are `concurrent` or interrupt are taken,
   * from anybody, and the inventory says that the server is closing. Idempotent.
   */
  drain(): Promise<void> {
    this.draining ??= this.endWork(this.options.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS);
    return this.draining;
  }

  /**
   * Drains as {@link drain} does, takes no more requests, and leaves the device as it was. Idempotent.
   */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async shutDown(): Promise<void> {
    await this.drain();
    this.phase = "closed";
    this.active.giveUpAll("the server closed", "busy");
    this.signals.close();
    this.properties.release();
    await this.endpoint.close();
    this.names.complete();
    this.endSurvival();
    this.time.close();
    this.methods.close();
    this.release();
    this.whenClosed.resolve();
  }

  private handle(incoming: IncomingRequest): void {
    let request: RpcRequest | undefined;
    const reply = (frames: readonly Frame[]) =>
      incoming.reply(withinLimit(frames, this.replyLimit(request), this.maxTextBytes));
    try {
      request = decodeRequest(incoming.body, this.maxTextBytes);
    } catch (error) {
      reply(failureReply(refusal(error)));
      return;
    }
    if (!isTakenWhile(this.phase, request)) {
      reply(failureReply(failed("the server is closing", "busy")));
      return;
    }
    try {
      this.answer(request, { client: incoming.client, id: incoming.id, reply });
    } catch (error) {
      reply(failureReply(deviceFailure(error)));
    }
  }

  private answer(request: RpcRequest, origin: RequestOrigin): void {
    const reply = (frames: ReplyFrames) => origin.reply(frames);
    switch (request.event) {
      case "GET_INVENTORY":
        return reply([encodeJson(this.inventory())]);
      case "INIT_SIGNALS_HANDLING":
        return reply(successReply({ signal_port: this.endpoint.signalPort }));
      case "METHOD_CALL":
        return this.serveMember(this.contract.methods.get(request.method), request, origin);
      case "PROPERTY_GET":
      case "PROPERTY_SET":
        return this.serveMember(this.contract.properties.get(request.property), request, origin);
      case "CONFIRM_SUBSCRIPTIONS":
        return void this.confirmSubscriptions(request.token).then(reply);
      case "SIGNAL_COUNTS":
        return this.countSignals(request.token, reply);
      case "STOP_SERVER":
        return this.stop(reply);
      case "FIND_PEER_ADDRESS":
        return reply(failureReply(failed("this server does not look up peers: ask a registry")));
      case "STATUS":
        return reply(successReply(this.status()));
      case "CANCEL":
        return this.active.find(origin.client.id, request.id)?.giveUp("the caller gave it up", "cancelled");
    }
  }

  private serveMember(
    contract: MemberContract | undefined,
    request: MemberRequest,
    origin: RequestOrigin,
  ): void {
    if (contract === undefined) {
      origin.reply(failureReply(this.unknownMember(request)));
      return;
    }
    const served = new ServedRequest(
      contract,
      request,
      origin,
      (replied) => this.active.delete(replied),
      this.time,
    );
    this.carryOut(served);
    // Most are done by now: nothing can have asked for them.
    if (!served.isReplied) this.active.add(served);
  }

  private unknownMember(request: MemberRequest): Failure {
    return request.event === "METHOD_CALL"
      ? // The original's words, and no traceback (plantimager RPC).
        { success: false, error: `Method ${request.method} not implemented` }
      : refusal(this.properties.unknown(request.property));
  }

  private toDevice(request: ServedRequest): void {
    switch (request.request.event) {
      case "METHOD_CALL":
        return this.methods.run(request as ServedCall);
      case "PROPERTY_GET":
        return this.properties.get(request as ServedGet);
      case "PROPERTY_SET":
        return this.properties.set(request as ServedSet);
    }
  }

  /** @param graceMs - How long what runs may take to its end, in milliseconds. */
  private async endWork(graceMs: number): Promise<void> {
    this.phase = "draining";
    this.methods.drain();
    // A method may be closing the server itself: it is one of the calls once it has given way.
    await Promise.resolve();
    this.active.refuseWaiting("the server is closing", "busy");
    this.active.abortRunning("the server is closing", "busy");
    await this.active.idle(graceMs);
  }

  /** Two servers must never run one object's methods at the same time. */
  private release(): void {
    const { target } = this.device;
    const running = this.active.running();
    if (running.length === 0 && this.methods.running === undefined) {
      vacate(target);
      return;
    }
    const what = () => [...new Set(this.active.running())].join(", ") || "a task of its own process";
    const ended = Promise.all([this.active.emptied(), this.methods.idle()]);
    vacateLater(target, this.contract.name, what, ended);
  }

  private stoodStill(forMs: number, log: Logger): void {
    const seconds = (forMs / 1_000).toFixed(1);
    log.warn({ forMs }, `the clock stood still for ${seconds} s: calls that came before are refused`);
    this.active.stoodStill(forMs);
  }

  /** The largest frame that both sides of a request take. */
  private replyLimit(request: RpcRequest | undefined): number {
    const { maxMessageBytes } = this.endpoint;
    const asked = request !== undefined && "maxReplyBytes" in request ? request.maxReplyBytes : undefined;
    return Math.min(maxMessageBytes, asked ?? maxMessageBytes);
  }

  private publish(signal: string, frame: string): void {
    const { maxMessageBytes } = this.endpoint;
    const [limit, option] =
      this.maxTextBytes < maxMessageBytes
        ? [this.maxTextBytes, "maxTextBytes"]
        : [maxMessageBytes, "maxMessageBytes"];
    if (isLarger(frame, limit)) {
      throw new EncodingError(
        `a signal of ${frameBytes(frame)} bytes is more than ${option} (${limit}) allows`,
      );
    }
    this.endpoint.publish(signal, frame);
  }

  private inventory(): object {
    return inventoryReply(this.contract, {
      name: this.name,
      version: VERSION,
      instance: this.instance,
      ...this.status(),
      signalPort: this.endpoint.signalPort,
      maxMessageBytes: this.endpoint.maxMessageBytes,
      maxTextBytes: this.maxTextBytes,
      features: [...this.endpoint.features, ...FEATURES],
    });
  }

  private status(): ServerStatus {
    const { running } = this.methods;
    return {
      clock: this.time.now(),
      ...(running !== undefined && { running }),
      ...(this.phase !== "open" && { closing: true }),
    };
  }

  private async confirmSubscriptions(token: string): Promise<ReplyFrames> {
    if (await this.endpoint.subscriptionsArrived(token, SUBSCRIPTION_TIMEOUT_MS)) {
      return successReply({ seq: this.signals.counts() });
    }
    return failureReply(failed("the subscription did not arrive"));
  }

  /** Sends the mark of a client behind all that is counted, where signals and replies travel apart. */
  private countSignals(token: string | undefined, reply: (frames: ReplyFrames) => void): void {
    reply(successReply({ seq: this.signals.counts() }));
    if (token === undefined) return;
    void this.endpoint.subscriptionsArrived(token, SUBSCRIPTION_TIMEOUT_MS).then((haveArrived) => {
      if (haveArrived && this.closing === undefined) this.endpoint.publish("", confirmationTopic(token));
    });
  }

  private stop(reply: (frames: ReplyFrames) => void): void {
    if (this.options.allowRemoteStop !== true) {
      const error =
        "this server may not be stopped remotely: its owner can allow it with allowRemoteStop: true";
      reply(failureReply(failed(error)));
      return;
    }
    reply(successReply());
    void this.close();
  }
}

/** Until a server is closed, everybody can find out about it, and what runs may have to be stopped. */
function isTakenWhile(phase: ServerPhase, { event }: RpcRequest): boolean {
  if (phase === "open" || event === "METHOD_CALL" || event === "CANCEL") return true;
  return phase === "draining" && AT_ANY_TIME.has(event);
}

const AT_ANY_TIME: ReadonlySet<RpcRequest["event"]> = new Set<RpcRequest["event"]>([
  "GET_INVENTORY",
  "STATUS",
  "INIT_SIGNALS_HANDLING",
  "CONFIRM_SUBSCRIPTIONS",
]);
