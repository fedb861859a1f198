import { BehaviorSubject, type Observable } from "rxjs";
import { RegistrationLoop } from "../../discovery/registration-loop";
import { messageOf } from "../../errors";
import { defaultLogger, type Logger } from "../../log/logger";
import { Backoff } from "../../time/backoff";
import { checkedRequest, type RpycRegistryClient } from "./registry-client";

/** A quarter of what a registry waits before it forgets a service (RPyC registry). */
const DEFAULT_RENEW_MS = 60_000;

const DEFAULT_RETRY_MS = 1_000;

/** A registry that is away is asked this often at last: a service is found soon after it is back. */
const MAX_RETRY_MS = 15_000;

/** To a registry that did not answer the last time UNREGISTER is sent all the same, and this long waited for, in ms. */
const UNREACHABLE_GRACE_MS = 200;

/** What is registered, and how often that is renewed. */
export interface RpycRegistrationOptions {
  /** What the service is found by, such as its name and its type; in any case. */
  readonly names: readonly string[];
  /** The port at which the service listens. */
  readonly port: number;
  /** Milliseconds between renewals. Default 60,000. */
  readonly renewMs?: number;
  /**
   * Milliseconds until the next attempt after the first that failed; doubled for each further one, up to
   * 15,000, and up to half as much again by chance, so that many services do not ask at once. Default 1,000.
   */
  readonly retryMs?: number;
  /** Default: {@link defaultLogger}. */
  readonly logger?: Logger;
}

/** How a registration stands. */
export type RpycRegistrationState =
  | { readonly kind: "registering" }
  | { readonly kind: "registered" }
  /** The last attempt failed; the registry may still know the service. The next attempt is on its way. */
  | { readonly kind: "unreachable"; readonly error: Error }
  | { readonly kind: "closed" };

/**
 * Keeps a service in an RPyC registry (utils.registry): registers it at once, renews it in the background,
 * goes on when a registry is away or has forgotten it, and unregisters it on `close()`. Losing the registry
 * never stops the service.
 *
 * The registry takes the address that the requests come from for the service's. A registry on the same
 * machine sees a loopback address, of no use to others: give the client a `localAddress`, or the registry a
 * `loopbackHost`.
 *
 * It does not keep the process alive.
 */
export class RpycRegistration {
  /** How it stands now, and each change until it is closed. */
  readonly state$: Observable<RpycRegistrationState>;
  private readonly states = new BehaviorSubject<RpycRegistrationState>({ kind: "registering" });
  private readonly loop: RegistrationLoop;
  private readonly logger: Logger;
  private closing: Promise<void> | undefined;

  /** @throws ValidationError if the names or the port cannot be sent. */
  constructor(
    private readonly client: RpycRegistryClient,
    private readonly options: RpycRegistrationOptions,
  ) {
    checkedRequest({ command: "REGISTER", names: options.names, port: options.port });
    this.logger = options.logger ?? defaultLogger();
    this.state$ = this.states.asObservable();
    const { retryMs = DEFAULT_RETRY_MS } = options;
    this.loop = new RegistrationLoop(
      { renew: (ending) => this.renew(ending), failed: (error) => this.failed(error) },
      { backoff: new Backoff({ firstMs: retryMs, longestMs: MAX_RETRY_MS, jitter: [1, 1.5] }), ref: false },
    );
    this.loop.start();
  }

  get state(): RpycRegistrationState {
    return this.states.value;
  }

  /**
   * Unregisters the service and ends. A registry that is away is hardly waited for; it forgets the service by
   * itself. May be called again.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async renew(ending: AbortSignal): Promise<number> {
    await this.client.register(this.options.names, this.options.port, { signal: ending });
    if (!ending.aborted && this.state.kind !== "registered") this.states.next({ kind: "registered" });
    return this.options.renewMs ?? DEFAULT_RENEW_MS;
  }

  private failed(thrown: unknown): undefined {
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    if (this.state.kind !== "unreachable") {
      this.logger.warn(
        this.details(error),
        "RPyC registration: the registry cannot be reached, trying again",
      );
    }
    this.states.next({ kind: "unreachable", error });
  }

  private async end(): Promise<void> {
    await this.loop.end();
    // Also where no REGISTER was answered: one may have arrived.
    await this.unregister();
    this.states.next({ kind: "closed" });
    this.states.complete();
  }

  private async unregister(): Promise<void> {
    const isAway = this.state.kind === "unreachable";
    const options = isAway ? { signal: AbortSignal.timeout(UNREACHABLE_GRACE_MS) } : {};
    try {
      await this.client.unregister(this.options.port, options);
    } catch (error) {
      this.logger.warn(
        this.details(error),
        "RPyC registration: a service could not be unregistered, the registry forgets it by itself",
      );
    }
  }

  private details(error: unknown): object {
    const { names, port } = this.options;
    return { registry: this.client.url, names, port, reason: messageOf(error) };
  }
}
