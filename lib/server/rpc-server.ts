import { randomUUID } from "node:crypto";
import { BehaviorSubject, distinctUntilChanged, type Observable } from "rxjs";
import { type ServiceContract } from "../contract/service-contract";
import { defaultLogger, type Logger } from "../log/logger";
import { type IncomingRequest, type RpcEndpoint } from "../transport/endpoint";
import { openEndpoints } from "../transport/combined-endpoint";
import { type PublicKey } from "../security/credentials";
import { servedKey } from "../security/security-options";
import { deferred } from "../time/deferred";
import { failed } from "../wire/failures";
import { type DeviceHealth } from "../wire/device-health";
import { type DeviceStats } from "../wire/device-stats";
import { failureReply, successReply, type ReplyFrames } from "../wire/replies";
import { DEFAULT_MAX_TEXT_BYTES } from "../wire/text-bounds";
import { ActiveRequests } from "./active-requests";
import { boundedPublishing } from "./bounded-publishing";
import { callLimitLink } from "./call-limits";
import { checkDevice } from "./check-device";
import { closingLink, type ServerPhase } from "./closing-link";
import { type Device } from "./device";
import { healthOf } from "./device-health";
import { DeviceTime } from "./device-time";
import { DeviceProperties } from "./device-properties";
import { FailureLog } from "./failure-log";
import { interceptorLink } from "./interceptor";
import { KeptSettings } from "./kept-settings";
import { LostCallers } from "./lost-callers";
import { type RequestDuration } from "./member-account";
import { MemberAccounts } from "./member-accounts";
import { MemberRequests } from "./member-requests";
import { MemberUsers } from "./member-users";
import { MethodRunner } from "./method-runner";
import { OpenStreams } from "./open-streams";
import { RequestDispatcher } from "./request-dispatcher";
import { resumedLink } from "./resumed-link";
import { SelfDescription } from "./self-description";
import { type ServeOptions } from "./serve-options";
import { ServerStats } from "./server-stats";
import { vacate, vacateLater } from "./served-objects";
import { SignalAccounts } from "./signal-accounts";
import { SignalPublisher } from "./signal-publisher";
import { StreamRunner } from "./stream-runner";
import { warnOfTwoCopies } from "./two-copies";
import { warnOfUncheckedArguments } from "./unchecked-arguments";
import { surviveUnhandledRejections } from "./unhandled-rejections";
import { WaitingBytes } from "./waiting-bytes";

const DEFAULT_CLOSE_GRACE_MS = 2_000;

const DEFAULT_URL = "tcp://127.0.0.1";

/** Opens what a device is served over. */
export type OpenEndpoints = typeof openEndpoints;

/** A device on the network. */
export class RpcServer {
  /** What clients read as the device's name, and each later one, until the server closes. */
  readonly name$: Observable<string>;
  /** Another one at every start: what clients read as the device's instance. */
  readonly instance = randomUUID();

  /**
   * How long each request waited and ran, as {@link stats} counts it, until the server closes. While nobody listens,
   * nothing is told. Who listens must not throw.
   */
  readonly durations$: Observable<RequestDuration>;

  private readonly names: BehaviorSubject<string>;
  private readonly active = new ActiveRequests();
  private readonly time = new DeviceTime();
  private readonly properties: DeviceProperties;
  private readonly methods: MethodRunner;
  private readonly signals: SignalPublisher;
  private readonly accounts: SignalAccounts;
  private readonly serverStats: ServerStats;
  private readonly dispatcher: RequestDispatcher;
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
    private readonly settings: KeptSettings | undefined,
  ) {
    this.maxTextBytes = options.maxTextBytes ?? DEFAULT_MAX_TEXT_BYTES;
    this.names = new BehaviorSubject(options.name ?? "");
    this.name$ = this.names.pipe(distinctUntilChanged());
    this.endSurvival = surviveUnhandledRejections(log);
    const failures = new FailureLog(device, log);
    const streams = new OpenStreams(options);
    this.methods = new MethodRunner(
      device,
      this.active,
      failures,
      new StreamRunner(device, streams, failures),
    );
    this.properties = new DeviceProperties(device, contract, log, failures, this.time, settings);
    this.signals = new SignalPublisher(
      device,
      contract,
      endpoint.subscriptions$,
      boundedPublishing(endpoint, this.maxTextBytes),
      log,
      () => this.time.now(),
      this.properties.qualityChanges(),
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
      new WaitingBytes(options).link,
      ...(interceptors.length > 0 ? [interceptorLink(interceptors, this)] : []),
    ];
    this.accounts = new SignalAccounts(endpoint, this.signals);
    const members = new MemberAccounts(contract);
    this.durations$ = members.durations.asObservable();
    this.serverStats = new ServerStats(members, this.signals, endpoint, this.time);
    const state = {
      instance: this.instance,
      name: () => this.name,
      phase: () => this.phase,
      health: () => this.health,
    };
    this.dispatcher = new RequestDispatcher(endpoint, this.maxTextBytes, {
      members: new MemberRequests(
        members,
        this.methods,
        this.properties,
        this.active,
        failures,
        this.time,
        links,
      ),
      signals: this.accounts,
      description: new SelfDescription(contract, endpoint, this.maxTextBytes, this.methods, this.time, state),
      active: this.active,
      streams,
      users: new MemberUsers(contract),
      stats: this.serverStats,
      phase: state.phase,
      stop: (reply) => this.stop(reply),
    });
  }

  /** @internal Use `serve`. */
  static async start(
    device: Device,
    contract: ServiceContract,
    options: ServeOptions,
    open: OpenEndpoints = openEndpoints,
  ): Promise<RpcServer> {
    const { url = DEFAULT_URL, logger = defaultLogger() } = options;
    checkDevice(device, contract);
    warnOfUncheckedArguments(contract, logger);
    warnOfTwoCopies(logger);
    const settings = await KeptSettings.restore(device, contract, options, logger);
    const starting: { server?: RpcServer } = {};
    // Clients that waited for the address may be quicker than this function.
    const early: IncomingRequest[] = [];
    const handle = (request: IncomingRequest) => {
      if (starting.server === undefined) early.push(request);
      else starting.server.dispatcher.handle(request);
    };
    const attended = () => starting.server?.active.clients() ?? [];
    const [first = DEFAULT_URL, ...others] = typeof url === "string" ? [url] : url;
    const opening = open([first, ...others], { handle, attended }, options, logger);
    const { endpoint, urls } = await opening.catch(async (error: unknown) => {
      await settings?.close();
      throw error;
    });
    const server = new RpcServer(device, contract, endpoint, urls, options, logger, settings);
    starting.server = server;
    for (const request of early) server.dispatcher.handle(request);
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

  /** What clients know it by: the public key that it shows; nothing where it has no keys. */
  get publicKey(): PublicKey | undefined {
    return servedKey(this.options.security);
  }

  /** Whether the device can do its work: what it said of itself by `setHealth`, and whether the server is closing. */
  get health(): DeviceHealth {
    return this.phase === "open"
      ? healthOf(this.target)
      : { serving: false, reason: "the server is closing" };
  }

  /** The object that is served. */
  get target(): object {
    return this.device.target;
  }

  /** What the device counted since the server started; what clients read by `clientOf(remote).stats()`. */
  stats(): DeviceStats {
    return this.serverStats.read();
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
    this.accounts.close();
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
    await this.settings?.close();
    this.names.complete();
    this.endSurvival();
    this.time.close();
    this.serverStats.close();
    this.methods.close();
    this.release();
    this.whenClosed.resolve();
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
