import { map, Observable, share } from "rxjs";
import { type DeviceEvent, type DeviceQuery, type DeviceRecord } from "../discovery/device-directory";
import { DeviceUnavailableError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { proveOwnership, type OwnershipProof } from "../security/ownership-proof";
import { resolveClientSecurity } from "../security/security-options";
import { located } from "../transport/located";
import { type ChannelOptions, type Locate, type RpcChannel } from "../transport/rpc-channel";
import { ReconnectingChannel } from "../transport/reconnecting-channel";
import { pause } from "../time/pause";
import { type NetworkUrl } from "./network-urls";
import { type RegistryReply } from "./registry-reply";
import { expectReply, replyOf, requestProtocol } from "./registry-protocol";
import { DEFAULT_ALIVE_TIMEOUT_MS, encodeRegistryRequest, type RegistryRequest } from "./registry-request";
import { RegistryWatch } from "./registry-watch";

/** How long one request to a registry may take. */
export interface RegistryCallOptions {
  /** How long a reply is waited for, in milliseconds, the time to connect included. Default 5,000. */
  readonly timeoutMs?: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal;
}

/** How a device checks in. */
export interface CheckInOptions extends RegistryCallOptions {
  /** How long the device then stays without being heard from, in milliseconds. Default 20,000. */
  readonly aliveTimeoutMs?: number;
  /**
   * Called with how long it does, in milliseconds: what it asked for, or as long as the registry lets any.
   */
  readonly onGranted?: (aliveTimeoutMs: number) => void;
}

/** How a {@link RegistryClient} connects. */
export interface RegistryClientOptions extends ChannelOptions {
  /** As in {@link RegistryCallOptions}, for every request. Default 5,000. */
  readonly timeoutMs?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** Whether the registry is there, as far as is known. A client connects when it is first used. */
export type RegistryClientState =
  | { readonly kind: "idle" }
  /** It tries to connect; `problem` is why the last attempt failed. */
  | { readonly kind: "connecting"; readonly problem: string | undefined }
  | { readonly kind: "connected"; readonly url: string }
  | { readonly kind: "closed" };

/** A device that wants to be in a registry. */
export interface Registration {
  /** The service type, such as `camera`. */
  readonly type: string;
  /** Where others reach it, with its port. */
  readonly url: string;
  /** Where it is reached from networks that its computer is in besides; rigwire's clients take the one of theirs. */
  readonly networks?: readonly NetworkUrl[];
  /** Empty (default) to be named after its type. */
  readonly name?: string;
  /** Takes the name from the device that has it. Default false: then the registry gives another, `NAME-1` … */
  readonly overwrite?: boolean;
  /**
   * Has a registry of rigwire's ask the device that has the name whether it is still there, up to 500 ms, and gives the
   * name to this one if it is not. Default false: it gets another name at once.
   */
  readonly askHolder?: boolean;
}

/** What a registry accepted. */
export interface AcceptedRegistration {
  /** The name it is found by; not always the one that was wanted. */
  readonly name: string;
  /** The right to check in and to unregister: keep it to the device. */
  readonly uuid: string;
}

/** As an original waits for a registry (plantimager registry), in milliseconds. */
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Talks to a device registry, an original (plantimager) or ours. Every method throws DeviceUnavailableError where
 * the registry cannot be reached in time, RpcTimeoutError and ConnectionLostError where it is not known what became of
 * the request, CallAbortedError, and MalformedMessageError where it is no registry that answers.
 */
export class RegistryClient {
  readonly state$: Observable<RegistryClientState>;
  private readonly channel: RpcChannel<undefined>;
  private readonly changes$: Observable<DeviceEvent>;
  private readonly timeoutMs: number;
  private readonly options: RegistryClientOptions;
  /** Shows a registry with keys whose devices these are. */
  private readonly owner: OwnershipProof | undefined;
  private readonly locate: Locate;
  /** Whether it is a registry that takes more than the originals, as far as is known. */
  private takesAdditions = false;
  private watching: RegistryWatch | undefined;
  private isClosed = false;
  /** Where it was found the last time. */
  private foundAt: string | undefined;
  private obstacle: string | undefined;

  /** @param where - The registry's URL, or a function that finds it, asked before every attempt to connect. */
  constructor(where: string | Locate, options: RegistryClientOptions = {}) {
    this.locate = async (signal, tell) => {
      const found = typeof where === "string" ? where : await where(signal, tell);
      this.foundAt = located(found).url;
      return found;
    };
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const security = resolveClientSecurity(options.security);
    this.options = { ...options, security };
    this.owner = security === "plain" ? undefined : proveOwnership(security.keys, security.serverKey);
    this.channel = new ReconnectingChannel(this.locate, requestProtocol, this.options);
    this.state$ = this.channel.state$.pipe(
      map((state) => (state.kind === "connected" ? { kind: "connected", url: state.url } : state)),
    );
    this.changes$ = this.openWatch().pipe(share());
    this.channel.state$.subscribe((state) => {
      this.obstacle = state.kind === "connecting" ? state.problem : undefined;
    });
  }

  /** What people know the registry by: "the registry at" its URL. */
  get name(): string {
    return this.foundAt === undefined ? "the registry" : `the registry at ${this.foundAt}`;
  }

  /** Why the registry cannot be reached at the moment, with its URL; nothing while it can, or is not known to be away. */
  get problem(): string | undefined {
    return this.obstacle === undefined ? undefined : `${this.name} cannot be reached: ${this.obstacle}`;
  }

  /**
   * Where the registry is now.
   *
   * @param signal - Ends the search early.
   * @throws DeviceUnavailableError with what is known of why, if it is not found in time.
   */
  async url(signal?: AbortSignal): Promise<string> {
    const deadline = AbortSignal.timeout(this.timeoutMs);
    const either = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
    let problem: string | undefined;
    try {
      return located(await this.locate(either, (told) => (problem = told))).url;
    } catch (error) {
      if (!deadline.aborted || problem === undefined) throw error;
      throw new DeviceUnavailableError(problem, {}, { cause: error });
    }
  }

  /**
   * Registers a device; it leaves the registry when it is not heard from for 20 s.
   *
   * @throws RegistryRefusedError with the registry's reason.
   */
  async register(device: Registration, options?: RegistryCallOptions): Promise<AcceptedRegistration> {
    const { networks = [], askHolder = false, ...plain } = device;
    const hasAdditions = askHolder || networks.length > 0;
    return this.registerOnce(hasAdditions && (await this.canAdd(options)) ? device : plain, options);
  }

  /**
   * Whether the registry takes more than the originals, which fail over keys that they do not know: ours says so to who
   * checks in without a uuid; an original knows no such device.
   */
  private async canAdd(options: RegistryCallOptions | undefined): Promise<boolean> {
    if (!this.takesAdditions) {
      const request: RegistryRequest = {
        event: "CHECK_ALIVE",
        uuid: "",
        aliveTimeoutMs: DEFAULT_ALIVE_TIMEOUT_MS,
      };
      const reply = await this.ask(request, "register", options);
      this.takesAdditions = reply.event === "ACK" && reply.takesAdditions === true;
    }
    return this.takesAdditions;
  }

  private async registerOnce(
    { type, url, networks, name = "", overwrite = false, askHolder = false }: Registration,
    options: RegistryCallOptions | undefined,
  ): Promise<AcceptedRegistration> {
    const request: RegistryRequest = {
      event: "REGISTER",
      type,
      url,
      networks,
      name,
      overwrite,
      askHolder,
      owner: this.owner,
    };
    const reply = expectReply(await this.ask(request, "register", options), "REGISTER_ACK", "REGISTER");
    return { name: reply.name, uuid: reply.uuid };
  }

  /** @returns False if the registry does not know the uuid. */
  async unregister(uuid: string, options?: RegistryCallOptions): Promise<boolean> {
    const reply = await this.ask({ event: "UNREGISTER", uuid }, "unregister", options);
    return expectReply(reply, "ACK", "UNREGISTER").success;
  }

  /**
   * Tells the registry that a device is there.
   *
   * @param options.aliveTimeoutMs - How long it then stays without being heard from, in milliseconds. Default 20,000.
   * @returns False if the registry does not know the uuid.
   */
  async checkAlive(uuid: string, options: CheckInOptions = {}): Promise<boolean> {
    const { aliveTimeoutMs = DEFAULT_ALIVE_TIMEOUT_MS } = options;
    const asked = await this.ask({ event: "CHECK_ALIVE", uuid, aliveTimeoutMs }, "checkAlive", options);
    const reply = expectReply(asked, "ACK", "CHECK_ALIVE");
    if (reply.success) options.onGranted?.(Math.min(aliveTimeoutMs, reply.aliveTimeoutMs ?? Infinity));
    return reply.success;
  }

  /**
   * The devices that match. Asked for while a watch begins, it waits for it, up to half its own time, so that no device
   * falls between the two.
   *
   * @throws RegistryUnsupportedError by an original registry.
   */
  async list(query: DeviceQuery = {}, options: RegistryCallOptions = {}): Promise<readonly DeviceRecord[]> {
    const { timeoutMs = this.timeoutMs, signal } = options;
    const until = performance.now() + timeoutMs;
    const remainingMs = () => Math.ceil(until - performance.now());
    const { watching } = this;
    if (watching === undefined) return this.listNow(query, remainingMs(), signal);
    const isObstructed = await readyWithin(watching, timeoutMs / 2, signal);
    const devices = await this.listNow(query, remainingMs(), signal);
    if (!isObstructed) return devices;
    // The registry came back for this list; the watch may come back after it.
    await Promise.race([
      watching.ready,
      pause(remainingMs() / 2, { ref: false, ...(signal !== undefined && { signal }) }),
    ]);
    return this.listNow(query, remainingMs(), signal);
  }

  /**
   * Devices as they come and go. It goes on when the registry restarts or is away for a while: then the differences are
   * told. Fails with RegistryUnsupportedError where the registry is an original; completes on `close()`.
   */
  watch(): Observable<DeviceEvent> {
    return this.changes$;
  }

  /** Ends everything that waits, and every watch. Devices stay registered. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.channel.close(), this.watching?.end()]);
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async listNow(
    query: DeviceQuery,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly DeviceRecord[]> {
    const options = { timeoutMs, ...(signal !== undefined && { signal }) };
    const reply = await this.ask({ event: "LIST_DEVICES", query }, "list", options);
    return expectReply(reply, "DEVICES", "LIST_DEVICES").devices;
  }

  private async ask(
    request: RegistryRequest,
    member: string,
    { timeoutMs = this.timeoutMs, signal }: RegistryCallOptions = {},
  ): Promise<RegistryReply> {
    const frames = await this.channel.request({
      place: { device: "registry", member },
      timeoutMs,
      body: encodeRegistryRequest(request),
      signal,
    });
    return replyOf(frames);
  }

  private openWatch(): Observable<DeviceEvent> {
    return new Observable((observer) => {
      if (this.isClosed) {
        observer.complete();
        return;
      }
      const { logger = defaultLogger() } = this.options;
      const options = { ...this.options, timeoutMs: this.timeoutMs, logger };
      const watch = new RegistryWatch(this.locate, options, observer);
      this.watching = watch;
      return () => {
        this.watching = undefined;
        void watch.close();
      };
    });
  }
}

/**
 * Waits until a watch is ready or in difficulties, its time is over, or a signal aborts.
 *
 * @returns Whether it is in difficulties.
 */
async function readyWithin(watch: RegistryWatch, ms: number, signal?: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const either = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const isObstructed = await Promise.race([
    watch.ready.then(() => false),
    watch.obstructed.then(() => true),
    pause(ms, { signal: either }).then(() => false),
  ]);
  over.abort();
  return isObstructed;
}
