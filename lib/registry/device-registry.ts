import { type KeyPair, type PublicKey } from "../security/credentials";
import { Subject, type Observable } from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "../discovery/device-directory";
import { MAX_TIMER_MS } from "../time/max-timer";
import { defaultLogger, type Logger } from "../log/logger";
import { isProven } from "../security/ownership-proof";
import { resolveServerSecurity } from "../security/security-options";
import {
  type ClientIdentity,
  type EndpointOptions,
  type IncomingRequest,
  type RequestHandler,
  type RpcEndpoint,
} from "../transport/endpoint";
import { openEndpoint } from "../transport/transports";
import { DeviceLists } from "./device-lists";
import { CHANGES, encodeDeviceChange, type DeviceChange } from "./device-change";
import { localUrl } from "../address/local-url";
import { HolderProbe } from "./holder-probe";
import { asReached } from "./network-urls";
import { type NetworkedEvent, type NewDevice, RegisteredDevices } from "./registered-devices";
import { sourceOf } from "./registration-quota";
import { encodeRegistryReply, type RegistryReply } from "./registry-reply";
import { decodeRegistryRequest, type RegisterRequest, type RegistryRequest } from "./registry-request";

/** Where a registry serves, and what it takes. */
export interface RegistryOptions extends EndpointOptions {
  /** Where to serve. Default `tcp://*:5555`. Where the port is left out, a free one is taken. */
  readonly url?: string;
  /** Registrations beyond this many devices are refused. Default 65,536. */
  readonly maxDevices?: number;
  /**
   * Registrations beyond this many devices from one address are refused; of an IPv6 address, from its network of 64
   * bits. With keys devices are counted by the key that they belong to, and those of no proven key together. Default
   * 4,096.
   */
  readonly maxDevicesPerAddress?: number;
  /**
   * How long a device may stay without being heard from, in milliseconds, whatever it asks for; it is told. Default
   * 600,000.
   */
  readonly maxAliveTimeoutMs?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

const DEFAULT_URL = "tcp://*:5555";
const DEFAULT_MAX_DEVICES = 65_536;
const DEFAULT_MAX_DEVICES_PER_ADDRESS = 4_096;
const DEFAULT_MAX_ALIVE_TIMEOUT_MS = 10 * 60 * 1_000;

/** No request of the protocol comes near it. */
const MAX_REQUEST_BYTES = 64 * 1024;

/** How long a watcher's new subscription may take to arrive, in milliseconds. */
const SUBSCRIPTION_TIMEOUT_MS = 1_000;

/** Watchers whose subscriptions are waited for at the same time. */
const MAX_UNCONFIRMED_WATCHERS = 1_000;

/**
 * A registry of devices that originals (plantimager) and rigwire's clients talk to. It answers `LIST_DEVICES` and
 * `WATCH` as well, so that devices can be looked up from other processes. Within its own process it is a directory.
 */
export class DeviceRegistry implements DeviceDirectory {
  /** Devices as they come and go, from the subscription on; each told when the reply that caused it is out. */
  readonly changes$: Observable<DeviceEvent>;

  private readonly changes = new Subject<DeviceEvent>();
  private readonly registered: RegisteredDevices;
  private readonly lists: DeviceLists;
  private readonly maxAliveTimeoutMs: number;
  private readonly holders = new HolderProbe();
  private untold: DeviceChange[] = [];
  private telling: NodeJS.Immediate | undefined;
  private pruning: NodeJS.Timeout | undefined;
  private pruningAt = Infinity;
  /** How many changes there have been. */
  private seq = 0;
  private unconfirmedWatchers = 0;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly endpoint: RpcEndpoint,
    /** With keys it lets a device be replaced only by its owner. */
    private readonly keys: KeyPair | undefined,
    {
      maxDevices = DEFAULT_MAX_DEVICES,
      maxDevicesPerAddress = DEFAULT_MAX_DEVICES_PER_ADDRESS,
      maxAliveTimeoutMs = DEFAULT_MAX_ALIVE_TIMEOUT_MS,
    }: RegistryOptions,
    private readonly log: Logger,
  ) {
    this.changes$ = this.changes.asObservable();
    this.registered = new RegisteredDevices(maxDevices, () => performance.now(), maxDevicesPerAddress);
    this.lists = new DeviceLists(this.registered);
    this.maxAliveTimeoutMs = maxAliveTimeoutMs;
  }

  /**
   * Opens a registry.
   *
   * @throws AddressError if the URL cannot be bound; KeyError if its keys cannot be used.
   */
  static async open(options: RegistryOptions = {}): Promise<DeviceRegistry> {
    const { url = DEFAULT_URL, logger = defaultLogger() } = options;
    const security = resolveServerSecurity(options.security);
    let handle: RequestHandler["handle"] = () => undefined;
    const endpoint = await openEndpoint(
      url,
      { handle: (request) => handle(request), attended: () => [] },
      { maxMessageBytes: MAX_REQUEST_BYTES, ...options, ...(security !== undefined && { security }) },
      logger,
    );
    const keys = security === undefined || security === "plain" ? undefined : security.keys;
    const registry = new DeviceRegistry(endpoint, keys, options, logger);
    handle = (request) => registry.handle(request);
    return registry;
  }

  /** Where it is bound, with the port that was taken. */
  get url(): string {
    return this.endpoint.url;
  }

  /** What clients know it by: the public key that it shows; nothing where it has no keys. */
  get publicKey(): PublicKey | undefined {
    return this.keys?.publicKey;
  }

  /** Where processes of this computer reach it: as `url`, with loopback in the place of a wildcard. */
  get localUrl(): string {
    return localUrl(this.url);
  }

  /** The devices that are registered now. */
  get devices(): readonly DeviceRecord[] {
    return this.registered.find({}).map((device) => asReached(device));
  }

  find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    return Promise.resolve(this.registered.find(query).map((device) => asReached(device)));
  }

  /** Answers no more requests, sends the replies that are ready, and ends `changes$`. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async shutDown(): Promise<void> {
    clearTimeout(this.pruning);
    this.holders.close();
    this.tell();
    await this.endpoint.close();
    this.changes.complete();
  }

  private handle(incoming: IncomingRequest): void {
    const reply = (answer: RegistryReply) => incoming.reply([encodeRegistryReply(answer)]);
    if (this.closing !== undefined) return;
    const decoded = decodeRegistryRequest(incoming.body);
    if (decoded.kind === "request") {
      this.answer(decoded.request, incoming, reply);
      return;
    }
    const { kind, event: reqEvent, reason } = decoded;
    this.log.debug({ event: reqEvent, reason }, "a registry got a request that it cannot carry out");
    if (kind === "unsupported") reply({ event: "UNSUPPORTED", reqEvent, reason });
    else reply({ event: "ACK", reqEvent, success: false, reason });
  }

  private answer(
    request: RegistryRequest,
    incoming: IncomingRequest,
    reply: (answer: RegistryReply) => void,
  ): void {
    // Nobody is found or checks in whose time is over, even where the timer is late.
    this.prune();
    switch (request.event) {
      case "REGISTER":
        return this.register(request, incoming.client, reply);
      case "UNREGISTER": {
        const removed = this.registered.unregister(request.uuid);
        reply({ event: "ACK", reqEvent: request.event, success: removed !== undefined, reason: "" });
        return removed === undefined ? undefined : this.changed([removed]);
      }
      case "CHECK_ALIVE": {
        this.checkIn(request, reply);
        return this.schedulePruning();
      }
      case "LIST_DEVICES":
        return incoming.reply([this.lists.of(request.query, this.seq)]);
      case "WATCH":
        return void this.watch(request).then(reply);
    }
  }

  private checkIn(
    { event, uuid, aliveTimeoutMs: wanted }: RegistryRequest & { readonly event: "CHECK_ALIVE" },
    reply: (answer: RegistryReply) => void,
  ): void {
    const granted = Math.min(wanted, this.maxAliveTimeoutMs);
    const success = this.registered.checkIn(uuid, granted);
    const aliveTimeoutMs = success && granted < wanted ? granted : undefined;
    // Who has no uuid asks what may be asked here.
    const takesAdditions = uuid === "";
    reply({ event: "ACK", reqEvent: event, success, reason: "", takesAdditions, aliveTimeoutMs });
  }

  private register(
    request: RegisterRequest,
    { host, address }: ClientIdentity,
    reply: (answer: RegistryReply) => void,
  ): void {
    const { owner } = request;
    if (owner !== undefined && this.keys !== undefined && !isProven(owner, this.keys)) {
      reply(refusal(request, '"owner" does not prove that the sender has the secret of its key'));
      return;
    }
    // Without keys anybody may replace a device, as with the originals.
    const proven = this.keys === undefined ? undefined : owner?.publicKey;
    // ZeroMQ does not tell from where a client with keys connects.
    const source = proven === undefined ? sourceOf(host ?? address) : `clients with the key ${proven}`;
    const device = { ...request, owner: proven, source };
    const holder = this.registered.holderOf(device);
    if (holder === undefined) this.accept(device, reply);
    else void this.registerInPlaceOf(holder, device, reply);
  }

  /** A device that crashed and came back at another address has its name again; one that lives keeps it. */
  private async registerInPlaceOf(
    holder: DeviceRecord,
    device: NewDevice,
    reply: (answer: RegistryReply) => void,
  ): Promise<void> {
    const isThere = await this.holders.isThere(holder);
    if (this.closing !== undefined) return;
    this.prune();
    const isGone = !isThere && this.registered.has(holder);
    if (isGone) {
      const { name, url } = holder;
      this.log.info(
        { device: name, url },
        `${name} does not answer at ${url} any more: it is now at ${device.url}`,
      );
    }
    this.accept({ ...device, overwrite: isGone }, reply);
  }

  private accept(device: NewDevice, reply: (answer: RegistryReply) => void): void {
    const registered = this.registered.register(device);
    if (!registered.accepted) {
      reply({ event: "ACK", reqEvent: "REGISTER", success: false, reason: registered.reason });
      return;
    }
    reply({ event: "REGISTER_ACK", name: registered.name, uuid: registered.uuid });
    this.changed(registered.changes);
  }

  private async watch(request: RegistryRequest & { readonly event: "WATCH" }): Promise<RegistryReply> {
    const accepted: RegistryReply = { event: "WATCH_ACK", signalPort: this.endpoint.signalPort };
    if (request.token === undefined) return accepted;
    if (this.unconfirmedWatchers >= MAX_UNCONFIRMED_WATCHERS) {
      return refusal(request, "too many watchers begin at the same time");
    }
    this.unconfirmedWatchers += 1;
    const hasArrived = await this.endpoint.subscriptionsArrived(request.token, SUBSCRIPTION_TIMEOUT_MS);
    this.unconfirmedWatchers -= 1;
    return hasArrived ? accepted : refusal(request, "the subscription did not arrive");
  }

  private changed(changes: readonly NetworkedEvent[]): void {
    for (const change of changes) this.untold.push({ change, seq: ++this.seq });
    // The reply that was just given is on its way when this comes.
    if (this.untold.length > 0) this.telling ??= setImmediate(() => this.tell());
    this.schedulePruning();
  }

  private tell(): void {
    clearImmediate(this.telling);
    this.telling = undefined;
    const changes = this.untold;
    this.untold = [];
    for (const change of changes) {
      this.endpoint.publish(CHANGES, encodeDeviceChange(change));
      const { kind, device } = change.change;
      this.changes.next({ kind, device: asReached(device) });
    }
  }

  private prune(): void {
    const removed = this.registered.prune();
    for (const { device } of removed) {
      this.log.info({ device: device.name, url: device.url }, `${device.name} was not heard from: removed`);
    }
    if (removed.length > 0) this.changed(removed);
  }

  private schedulePruning(): void {
    const at = this.registered.nextPruneAt ?? Infinity;
    if (at >= this.pruningAt || this.closing !== undefined) return;
    clearTimeout(this.pruning);
    this.pruningAt = at;
    this.pruning = setTimeout(() => this.pruneInTime(), toTimer(at));
  }

  private pruneInTime(): void {
    this.pruningAt = Infinity;
    this.prune();
    this.schedulePruning();
  }
}

function refusal({ event }: RegistryRequest, reason: string): RegistryReply {
  return { event: "ACK", reqEvent: event, success: false, reason };
}

function toTimer(at: number): number {
  return Math.min(Math.max(at - performance.now(), 0) + 1, MAX_TIMER_MS);
}
