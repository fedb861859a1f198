import { randomUUID } from "node:crypto";
import { BehaviorSubject, distinctUntilChanged, type Observable } from "rxjs";
import { contractOf } from "../contract/contract-of";
import { type ServiceContract } from "../contract/service-contract";
import { type Constructor } from "../contract/value-type";
import { ContractError, EncodingError } from "../errors";
import { defaultLogger, type Logger } from "../log";
import { type EndpointOptions, type IncomingRequest, type RpcEndpoint } from "../transport/rpc-endpoint";
import { openEndpoint } from "../transport/transports";
import { VERSION } from "../version";
import { deviceFailure, failed, refusal } from "../wire/failures";
import { frameBytes, isLarger, type Frame } from "../wire/frame";
import { inventoryReply } from "../wire/inventory";
import { encodeJson } from "../wire/json";
import { failureReply, successReply, withinLimit, type ReplyFrames } from "../wire/replies";
import { decodeRequest, type RpcRequest } from "../wire/requests";
import { confirmationTopic } from "../wire/signals";
import { type CallOrigin } from "./active-call";
import { type CallLimits } from "./active-calls";
import { checkDevice } from "./check-device";
import { Device } from "./device";
import { DeviceProperties } from "./device-properties";
import { MethodRunner } from "./method-runner";
import { SignalPublisher } from "./signal-publisher";
import { SubscribedTopics } from "./subscribed-topics";
import { warnOfUncheckedArguments } from "./unchecked-arguments";
import { surviveUnhandledRejections } from "./unhandled-rejections";

/** Where and how a device is served. */
export interface ServeOptions extends EndpointOptions, CallLimits {
  /** Where to serve: `tcp://HOST[:PORT]`, `ipc://PATH` or `inproc://NAME`. Default: this computer only, a free port. */
  readonly url?: string;
  /** The device's name, as clients see it in the inventory. Default: none, until a registry gives one. */
  readonly name?: string;
  /** Whether a client may end the server with `STOP_SERVER`. Default false. */
  readonly allowRemoteStop?: boolean;
  /** How long methods that run when the server closes may take to their end, in milliseconds. Default 2 000. */
  readonly closeGraceMs?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

const DEFAULT_CLOSE_GRACE_MS = 2_000;

const DEFAULT_URL = "tcp://127.0.0.1";

/** How long a client's new subscription may take to arrive, in milliseconds. */
const SUBSCRIPTION_TIMEOUT_MS = 1_000;

/** What this server can do beyond the original, for clients that know. */
const FEATURES = ["cancel", "confirm-subscriptions"] as const;

const served = new WeakSet();

/**
 * Serves an object of a decorated class.
 *
 * @throws ContractError if the class is not decorated, or wrongly, or the object is served already.
 * @throws AddressError if the URL cannot be bound.
 */
export async function serve(device: object, options: ServeOptions = {}): Promise<RpcServer> {
  const contract = contractOf(classOf(device));
  if (served.has(device))
    throw new ContractError(`this ${contract.name} is already served: close that server first`);
  served.add(device);
  try {
    return await RpcServer.start(new Device(device), contract, options);
  } catch (error) {
    served.delete(device);
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
  /** Resolves when the server has closed, whoever closed it. */
  readonly closed: Promise<void>;

  private readonly names: BehaviorSubject<string>;
  private readonly instance = randomUUID();
  private readonly topics: SubscribedTopics;
  private readonly properties: DeviceProperties;
  private readonly methods: MethodRunner;
  private readonly signals: SignalPublisher;
  private readonly endSurvival: () => void;
  private closing: Promise<void> | undefined;
  private tellClosed: () => void = () => undefined;

  private constructor(
    private readonly device: Device,
    readonly contract: ServiceContract,
    private readonly endpoint: RpcEndpoint,
    private readonly options: ServeOptions,
    log: Logger,
  ) {
    this.names = new BehaviorSubject(options.name ?? "");
    this.name$ = this.names.pipe(distinctUntilChanged());
    this.closed = new Promise((resolve) => (this.tellClosed = resolve));
    this.endSurvival = surviveUnhandledRejections(log);
    this.topics = new SubscribedTopics(endpoint.topics$);
    this.methods = new MethodRunner(device, contract, options);
    this.properties = new DeviceProperties(device, contract, log);
    this.signals = new SignalPublisher(device, contract, this.topics, (frame) => this.publish(frame), log);
  }

  /** @internal Use {@link serve}. */
  static async start(device: Device, contract: ServiceContract, options: ServeOptions): Promise<RpcServer> {
    const { url = DEFAULT_URL, logger = defaultLogger() } = options;
    checkDevice(device, contract);
    warnOfUncheckedArguments(contract, logger);
    const starting: { server?: RpcServer } = {};
    // Clients that waited for the address may be quicker than this function.
    const early: IncomingRequest[] = [];
    const handle = (request: IncomingRequest) => {
      if (starting.server === undefined) early.push(request);
      else starting.server.handle(request);
    };
    const endpoint = await openEndpoint(url, handle, options, logger);
    const server = (starting.server = new RpcServer(device, contract, endpoint, options, logger));
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

  /** Where clients connect, with the port that was taken. */
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
   * @throws DeviceUnavailableError if the server closes before its turn; what the task throws.
   */
  inTurn<T>(task: () => T | Promise<T>): Promise<T> {
    return this.methods.inTurn(task);
  }

  /**
   * Takes no more requests, starts no method that still waits, lets those that run come to their end within the grace
   * time, and leaves the device as it was. Twice is fine.
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
    await this.methods.close(this.options.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS);
    this.signals.close();
    this.properties.release();
    this.topics.close();
    await this.endpoint.close();
    this.names.complete();
    this.endSurvival();
    served.delete(this.device.target);
    this.tellClosed();
  }

  private handle(incoming: IncomingRequest): void {
    let request: RpcRequest | undefined;
    const reply = (frames: readonly Frame[]) => incoming.reply(withinLimit(frames, this.replyLimit(request)));
    try {
      request = decodeRequest(incoming.body);
    } catch (error) {
      reply(failureReply(refusal(error)));
      return;
    }
    // What still runs may be given up.
    if (this.closing !== undefined && !isForMethods(request)) {
      reply(failureReply(failed("the server is closing", "busy")));
      return;
    }
    try {
      this.answer(request, { client: incoming.client, id: incoming.id, reply });
    } catch (error) {
      reply(failureReply(deviceFailure(error)));
    }
  }

  private answer(request: RpcRequest, origin: CallOrigin): void {
    const reply = (frames: ReplyFrames) => origin.reply(frames);
    switch (request.event) {
      case "GET_INVENTORY":
        return reply([encodeJson(this.inventory())]);
      case "INIT_SIGNALS_HANDLING":
        return reply(successReply({ signal_port: this.endpoint.signalPort }));
      case "METHOD_CALL":
        return this.methods.run(request, origin);
      case "PROPERTY_GET":
        return void this.properties.get(request.property).then(reply);
      case "PROPERTY_SET":
        return void this.properties.set(request).then(reply);
      case "CONFIRM_SUBSCRIPTIONS":
        return void this.confirmSubscriptions(request.token).then(reply);
      case "STOP_SERVER":
        return this.stop(reply);
      case "FIND_PEER_ADDRESS":
        return reply(failureReply(failed("this server does not look up peers: ask a registry")));
      case "CANCEL":
        return this.methods.cancel(origin.client, request.id);
    }
  }

  /** The largest frame that both sides of a request take. */
  private replyLimit(request: RpcRequest | undefined): number {
    const { maxMessageBytes } = this.endpoint;
    const asked = request !== undefined && "maxReplyBytes" in request ? request.maxReplyBytes : undefined;
    return Math.min(maxMessageBytes, asked ?? maxMessageBytes);
  }

  private publish(frame: string): void {
    const { maxMessageBytes } = this.endpoint;
    if (isLarger(frame, maxMessageBytes)) {
      throw new EncodingError(
        `a signal of ${frameBytes(frame)} bytes is more than maxMessageBytes (${maxMessageBytes}) allows`,
      );
    }
    this.endpoint.publish(frame);
  }

  private inventory(): object {
    return inventoryReply(this.contract, {
      name: this.name,
      version: VERSION,
      instance: this.instance,
      clock: performance.now(),
      signalPort: this.endpoint.signalPort,
      maxMessageBytes: this.endpoint.maxMessageBytes,
      features: this.endpoint.takesBatches ? ["batch", ...FEATURES] : FEATURES,
    });
  }

  private async confirmSubscriptions(token: string): Promise<ReplyFrames> {
    if (await this.topics.appears(confirmationTopic(token), SUBSCRIPTION_TIMEOUT_MS)) {
      return successReply({ seq: this.signals.counts() });
    }
    return failureReply(failed("the subscription did not arrive"));
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

/** These are taken while a server closes too: to stop what still runs. */
function isForMethods({ event }: RpcRequest): boolean {
  return event === "METHOD_CALL" || event === "CANCEL";
}
