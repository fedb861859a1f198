import { BehaviorSubject } from "rxjs";
import { clientOf, type ClientState, connect, type Logger } from "../../browser";
import { describedDevice, type DescribedDevice, fingerprint, stopOf } from "./described-device";
import { type EventLog } from "./event-log";
import { type KnownDevice } from "./known-device";
import { type Presence } from "./presence";
import { PropertyValues } from "./property-values";
import { Calls } from "./calls";

/** How long a device that could not be reached is left alone, in milliseconds. */
const TRY_AGAIN_MS = 1_000;

/**
 * How long one attempt may take, in milliseconds. Chromium keeps a WebSocket back for up to 5 s where many did not open
 * before, as while the console was away; one that is given up meanwhile counts as another, so that none would ever open.
 */
const CONNECTED_WITHIN_MS = 8_000;

/** How often its round trip is measured, in milliseconds. */
const PING_MS = 5_000;

/** What the library tells its logger the page shows in its own way. */
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** One device, known by what it says of itself, and connected to for as long as the page is open. */
export class Device implements KnownDevice {
  readonly presence$ = new BehaviorSubject<Presence>({
    kind: "connecting",
    since: new Date(),
    problem: undefined,
  });
  /** Of the last time it was there; nothing before the first. */
  readonly described$ = new BehaviorSubject<DescribedDevice | undefined>(undefined);
  /** Between page and device, in milliseconds. */
  readonly roundTripMs$ = new BehaviorSubject<number | undefined>(undefined);
  readonly values: PropertyValues;
  readonly calls: Calls;
  private readonly closing = new AbortController();

  /** @param url - Where the gateway serves it. */
  constructor(
    readonly name: string,
    private readonly url: string,
    private readonly log: EventLog,
  ) {
    this.values = new PropertyValues(this);
    this.calls = new Calls(this, log);
    void this.stayConnected();
  }

  get isPresent(): boolean {
    return this.presence$.value.kind === "present";
  }

  /** Whether it has anything that stops it. */
  get canStop(): boolean {
    const described = this.described$.value;
    return described !== undefined && stopOf(described) !== undefined;
  }

  /** Calls what interrupts it. Does nothing where it has no such method. */
  stop(): void {
    const described = this.described$.value;
    const method = described && stopOf(described);
    if (method !== undefined) this.calls.start(method, []);
  }

  /**
   * Gives it up; what it last was stays. Idempotent.
   *
   * @param why - What is shown of it.
   */
  close(why: string): void {
    this.gone(why);
    this.closing.abort();
    this.values.close();
    void this.described$.value?.client.close();
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Connects by the inventory; anew where the device came back with another contract. */
  private async stayConnected(): Promise<void> {
    while (!this.isClosed) {
      try {
        const remote = await connect<object>(this.url, {
          name: this.name,
          logger: SILENT,
          connectTimeoutMs: CONNECTED_WITHIN_MS,
        });
        await this.untilContractChanges(remote);
      } catch (error) {
        this.gone(error instanceof Error ? error.message : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  private async untilContractChanges(remote: object): Promise<void> {
    const client = clientOf(remote);
    const inventory = await client.inventory();
    const contract = fingerprint(inventory);
    const described = describedDevice(remote, inventory);
    this.described$.next(described);
    const missed = client.missed$.subscribe(({ signal, count, restarted }) =>
      this.log.missed(this.name, signal, count, restarted),
    );
    const pings = setInterval(() => void this.measure(described), PING_MS);
    try {
      await new Promise<void>((resolve) => {
        this.closing.signal.addEventListener("abort", () => resolve(), { once: true });
        if (this.isClosed) resolve();
        client.state$.subscribe({
          next: (state) => {
            if (isAnother(state, contract)) resolve();
            else this.follow(state);
          },
          complete: resolve,
        });
      });
    } finally {
      clearInterval(pings);
      missed.unsubscribe();
      await client.close();
    }
  }

  private follow(state: ClientState): void {
    switch (state.kind) {
      case "connected":
        if (state.problem === undefined) this.present();
        else this.gone(state.problem);
        return;
      case "connecting":
        this.gone(state.problem);
        return;
      case "idle":
      case "closed":
    }
  }

  private present(): void {
    const before = this.presence$.value;
    if (before.kind === "present") return;
    if (before.kind === "lost") this.log.add({ kind: "back", device: this.name, text: "connected again" });
    this.presence$.next({ kind: "present", since: new Date() });
    const described = this.described$.value;
    if (described !== undefined) void this.measure(described);
  }

  private gone(problem: string | undefined): void {
    if (this.isClosed) return;
    const before = this.presence$.value;
    if (before.kind === "present") {
      this.log.add({ kind: "lost", device: this.name, text: problem ?? "connection lost" });
      this.presence$.next({ kind: "lost", since: new Date(), problem });
      this.roundTripMs$.next(undefined);
    } else if (problem !== undefined && problem !== before.problem) {
      this.presence$.next({ ...before, problem });
    }
  }

  private async measure({ client }: DescribedDevice): Promise<void> {
    if (!this.isPresent || document.hidden) return;
    const startedAt = performance.now();
    try {
      await client.inventory();
      this.roundTripMs$.next(performance.now() - startedAt);
    } catch {
      // Its state tells.
    }
  }
}

/** Whether a device came back as another one than the page was made for. */
function isAnother(state: ClientState, contract: string): boolean {
  return state.kind === "connected" && fingerprint(state.inventory) !== contract;
}

function ignore(): void {
  // Nothing is to be told twice.
}
