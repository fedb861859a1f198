import { BehaviorSubject, type Observable, type Subscription } from "rxjs";
import { RegistrationLoop } from "../discovery/registration-loop";
import { messageOf, RegistryRefusedError } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { parseAddress } from "../address/address";
import { Backoff } from "../time/backoff";
import { advertisedUrl } from "../address/node/advertised-url";
import { isLoopbackHost, isWildcardHost } from "../address/hosts";
import { networkUrls } from "./network-urls";
import { type AcceptedRegistration, type RegistryClient } from "./registry-client";
import { OwnName } from "./own-name";
import { DEFAULT_ALIVE_TIMEOUT_MS } from "./registry-request";

/** The device that is kept registered; an `RpcServer` is one. */
export interface LeasedDevice {
  /** Set to the name that the registry accepted. */
  name: string;
  /** Its name, and each later one: a device that others rename is registered anew. Left out: it is not renamed. */
  readonly name$?: Observable<string>;
  /** Where it is served, with its port. */
  readonly url: string;
  readonly contract: { readonly type: string };
  /** When it resolves, the lease ends. */
  readonly closed?: Promise<void>;
}

/** How a device is registered. */
export interface LeaseOptions {
  /** Where others reach the device: a host or a URL. See {@link advertisedUrl} for what is taken without it. */
  readonly advertise?: string | undefined;
  /** Takes its name from the device that has it, the first time. Default false. */
  readonly overwrite?: boolean;
  /**
   * How long the registry keeps a device that is not heard from, in milliseconds; a registry may allow less. Default
   * 20,000.
   */
  readonly aliveTimeoutMs?: number;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** How a lease stands. The device is served in every state. */
export type LeaseState =
  /** The registry has not answered yet. */
  | { readonly kind: "registering" }
  | {
      readonly kind: "registered";
      readonly name: string;
      /** What the registry tells others. */
      readonly url: string;
      /** The name that the device wanted, or had before, where it is another. */
      readonly formerName: string | undefined;
    }
  /** The registry is away, or something is wrong on the way to it; it is tried again and again. */
  | { readonly kind: "unreachable"; readonly problem: string }
  /** The registry does not take the device; it is asked again now and then. */
  | { readonly kind: "refused"; readonly problem: string }
  | { readonly kind: "closed" };

/** A check-in that is late by two of them is not too late yet. */
const CHECKS_PER_TIMEOUT = 3;

/** What is under way when a lease is closed has this long to come to its end, in milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Keeps a served device in a registry: checks in in the background, registers again when the registry has forgotten the
 * device or comes back, and unregisters on `close()`. It never fails and never stops the device: `state$` tells how it
 * stands. The client stays the caller's.
 */
export class RegistryLease {
  /** How it stands now, and each change until it is closed. */
  readonly state$: Observable<LeaseState>;
  private readonly states = new BehaviorSubject<LeaseState>({ kind: "registering" });
  private readonly closingNow = new AbortController();
  private readonly loop = new RegistrationLoop(
    { renew: () => this.renew(), failed: (error) => this.failed(error) },
    { backoff: new Backoff() },
  );
  private readonly connection: Subscription;
  private readonly renaming: Subscription | undefined;
  private checkEveryMs: number;
  private readonly log: Logger;
  private ownName: OwnName;
  private accepted: AcceptedRegistration | undefined;
  private hasBeenAccepted = false;
  private isConnected = false;
  private advertised = "";
  private closing: Promise<void> | undefined;

  constructor(
    private readonly client: RegistryClient,
    private readonly device: LeasedDevice,
    private readonly options: LeaseOptions = {},
  ) {
    this.log = options.logger ?? defaultLogger();
    this.checkEveryMs = (options.aliveTimeoutMs ?? DEFAULT_ALIVE_TIMEOUT_MS) / CHECKS_PER_TIMEOUT;
    this.ownName = new OwnName(device.name, client);
    this.state$ = this.states.asObservable();
    this.connection = client.state$.subscribe((state) => {
      this.isConnected = state.kind === "connected";
      if (this.isConnected) this.loop.wake();
      if (state.kind === "connecting" && state.problem !== undefined) this.lost(state.problem);
    });
    this.renaming = device.name$?.subscribe(() => {
      if (this.isRenamed) this.loop.wake();
    });
    void device.closed?.then(() => this.close());
    this.loop.start();
  }

  get state(): LeaseState {
    return this.states.value;
  }

  /** Ends the lease; a registry that is there is told, one that is away is not waited for. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @returns How long the registry needs not hear from the device, in milliseconds. */
  private async renew(): Promise<number> {
    const { aliveTimeoutMs = DEFAULT_ALIVE_TIMEOUT_MS } = this.options;
    const { signal } = this.closingNow;
    if (this.accepted !== undefined && !this.isRenamed) {
      if (await this.checkIn(this.accepted, aliveTimeoutMs, signal)) {
        if (this.state.kind !== "registered") this.tellRegistered(this.accepted.name, undefined);
        if (await this.ownName.isToBeAskedFor(this.accepted.name, signal)) {
          await this.register(this.ownName.name, aliveTimeoutMs, signal);
        }
        return this.nextCheckMs();
      }
      this.accepted = undefined;
    }
    // Who was renamed by others, such as for a conflict elsewhere, does not go back to the name before.
    if (this.isRenamed) this.ownName = new OwnName(this.device.name, this.client);
    await this.register(this.device.name, aliveTimeoutMs, signal);
    return this.nextCheckMs();
  }

  /** Whether others gave the device another name than it is registered by. */
  private get isRenamed(): boolean {
    return this.accepted !== undefined && this.device.name !== this.accepted.name;
  }

  /** @returns Whether the registry knows the device. */
  private checkIn(
    { uuid }: AcceptedRegistration,
    aliveTimeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    return this.client.checkAlive(uuid, {
      aliveTimeoutMs,
      signal,
      onGranted: (granted) => (this.checkEveryMs = granted / CHECKS_PER_TIMEOUT),
    });
  }

  /** Devices that came at the same time do not check in at the same time for ever. */
  private nextCheckMs(): number {
    if (this.isRenamed) return 0;
    return this.checkEveryMs * (0.9 + Math.random() / 10);
  }

  /** @param wanted - The name to ask for; what the device is called until then. */
  private async register(wanted: string, aliveTimeoutMs: number, signal: AbortSignal): Promise<void> {
    const { advertise, overwrite = false } = this.options;
    const { name: before, url: bound, contract } = this.device;
    const url = await advertisedUrl(bound, { advertise, registryUrl: await this.client.url(signal) });
    const networks = advertise === undefined && isWildcard(bound) ? networkUrls(url) : [];
    this.warnOfLoopback(bound, url);
    // Whoever has the name when the device comes back after an outage has registered a moment ago.
    const isFirst = !this.hasBeenAccepted;
    const accepted = await this.client.register(
      {
        type: contract.type,
        url,
        networks,
        name: wanted,
        overwrite: overwrite && isFirst,
        askHolder: isFirst,
      },
      { signal },
    );
    this.accepted = accepted;
    this.hasBeenAccepted = true;
    this.advertised = url;
    // Who was renamed meanwhile is registered once more.
    if (this.device.name !== before) return;
    this.device.name = accepted.name;
    // Until its first check-in a device has the registry's own time, whatever it wants.
    if (aliveTimeoutMs !== DEFAULT_ALIVE_TIMEOUT_MS) {
      await this.checkIn(accepted, aliveTimeoutMs, signal);
    }
    if (wanted !== before && accepted.name === before) return;
    this.tellRegistered(accepted.name, before === "" || before === accepted.name ? undefined : before);
  }

  private tellRegistered(name: string, formerName: string | undefined): void {
    if (formerName !== undefined && name === this.ownName.name) {
      this.log.warn(
        { device: name, formerName },
        `${name} is free: the device that was ${formerName} has its name now`,
      );
    } else if (formerName !== undefined) {
      this.log.warn(
        { device: name, wanted: formerName },
        `another device is registered as ${formerName}: this one is ${name}`,
      );
    }
    this.states.next({ kind: "registered", name, url: this.advertised, formerName });
  }

  private failed(error: unknown): number | undefined {
    if (error instanceof RegistryRefusedError) {
      if (this.state.kind !== "refused") this.log.warn({ device: this.device.name }, error.message);
      this.states.next({ kind: "refused", problem: error.message });
      return this.checkEveryMs;
    }
    this.lost(messageOf(error));
    return undefined;
  }

  /** Told once for each outage. */
  private lost(problem: string): void {
    if (this.state.kind === "unreachable" || this.loop.isEnding) return;
    this.log.warn(
      { device: this.device.name, problem },
      `${this.client.name} cannot be reached (${problem}): the device goes on, and is registered when it is back`,
    );
    this.states.next({ kind: "unreachable", problem });
  }

  private warnOfLoopback(bound: string, advertised: string): void {
    const address = parseAddress(bound);
    if (this.options.advertise !== undefined || address.scheme !== "tcp" || bound === advertised) return;
    if (!isLoopbackHost(address.host)) return;
    this.log.warn(
      { bound, advertised },
      `a device served at ${bound} is reached from this computer only: serve it at tcp://* or an address of the network`,
    );
  }

  private async end(): Promise<void> {
    const ended = this.loop.end();
    this.connection.unsubscribe();
    this.renaming?.unsubscribe();
    // A registration that is on its way is waited for: its uuid is needed to take it back.
    const giveUp = setTimeout(() => this.closingNow.abort(), this.isAway() ? 0 : CLOSE_GRACE_MS);
    await ended;
    if (this.accepted !== undefined && this.state.kind === "registered") await this.unregister(this.accepted);
    clearTimeout(giveUp);
    this.states.next({ kind: "closed" });
    this.states.complete();
  }

  /** Nothing is sent to a registry that is not connected. */
  private isAway(): boolean {
    return this.state.kind === "unreachable" && !this.isConnected;
  }

  private async unregister({ uuid, name }: AcceptedRegistration): Promise<void> {
    try {
      await this.client.unregister(uuid, { timeoutMs: CLOSE_GRACE_MS });
    } catch (error) {
      this.log.debug(
        { err: error, device: name },
        "not unregistered: the registry forgets the device by itself",
      );
    }
  }
}

/** Such a device listens in every network that its computer is in. */
function isWildcard(url: string): boolean {
  const address = parseAddress(url);
  return address.scheme === "tcp" && isWildcardHost(address.host);
}
