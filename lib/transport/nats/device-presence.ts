import { distinctUntilChanged, map, skip, type Subscription } from "rxjs";
import { AddressError } from "../../errors";
import { BurstLog } from "../../log/burst-log";
import { type Logger } from "../../log/logger";
import { type BrokerConnection, type BrokerRefusal, refusalText } from "../../nats/broker-connection";
import { pause } from "../../time/pause";
import { withDeadline } from "../../time/with-deadline";
import { type Frame } from "../../wire/frame";
import { type Arrival, type Listener } from "../stream/stream-endpoint";
import { ClientLines } from "./client-lines";
import { NameClaim } from "./name-claim";
import { SignalOutlet } from "./signal-outlet";
import { type DeviceSubjects } from "./subjects";

/** A device whose name another one has by now asks for it again so often, in milliseconds. */
const RETRY_MS = 5_000;

/** The broker says within this time what it does not allow, in milliseconds. */
const SETTLED_MS = 1_000;

/** What there is while the device has its name. */
interface Held {
  readonly claim: NameClaim;
  readonly lines: ClientLines;
  readonly signals: SignalOutlet;
}

/** A device at its name at a broker, for as long as it is served there. */
export class DevicePresence implements Listener {
  private held: Held | undefined;
  private readonly closing = new AbortController();
  private readonly following: Subscription;
  private readonly refusals: BurstLog;
  /** What the broker did not let this device do before it was served. */
  private refusal: BrokerRefusal | undefined;
  private isOpen = false;

  private constructor(
    readonly url: string,
    private readonly broker: BrokerConnection,
    private readonly subjects: DeviceSubjects,
    private readonly onArrival: (arrival: Arrival) => void,
    private readonly log: Logger,
  ) {
    this.refusals = new BurstLog(log);
    const isConnected$ = broker.state$.pipe(
      map(({ kind }) => kind === "connected"),
      distinctUntilChanged(),
      skip(1),
    );
    this.following = isConnected$.subscribe((isConnected) => {
      if (isConnected) void this.held?.claim.confirm();
      // Nobody is obeyed whose word may not have come.
      else this.held?.lines.loseAll("the connection to the NATS server is lost");
    });
    this.following.add(broker.refused$.subscribe((refused) => this.refused(refused)));
  }

  /**
   * @param url - What people know the device by.
   * @throws AddressError if another device has the name, or the broker's permissions do not let this program have it.
   */
  static async open(
    url: string,
    broker: BrokerConnection,
    subjects: DeviceSubjects,
    onArrival: (arrival: Arrival) => void,
    log: Logger,
  ): Promise<DevicePresence> {
    const presence = new DevicePresence(url, broker, subjects, onArrival, log);
    const isTaken = await presence.take();
    await presence.settled();
    const { refusal } = presence;
    if (isTaken && refusal === undefined) {
      presence.isOpen = true;
      return presence;
    }
    await presence.close();
    presence.end();
    throw new AddressError(
      refusal === undefined
        ? `cannot serve at ${url}: another device has this name at the NATS server`
        : `cannot serve at ${url}: ${refusalText(refusal)}; give it the credentials of this device`,
    );
  }

  publish(signal: string, frame: Frame, data: Uint8Array | undefined): void {
    this.held?.signals.publish(signal, frame, data);
  }

  /** Takes no more clients; those who are there stay until the endpoint ends them. */
  close(): Promise<void> {
    this.closing.abort();
    this.following.unsubscribe();
    this.held?.claim.release();
    this.held?.lines.closeDoor();
    return Promise.resolve();
  }

  /** Hears nobody any more. */
  end(): void {
    this.held?.lines.close();
    this.held = undefined;
  }

  private async take(): Promise<boolean> {
    const { broker, subjects, onArrival } = this;
    const claim = new NameClaim(broker, subjects, () => void this.lost());
    if (!(await claim.take()) || this.closing.signal.aborted) {
      claim.release();
      return false;
    }
    this.held = {
      claim,
      lines: new ClientLines(broker, subjects, claim.instance, onArrival),
      signals: new SignalOutlet(broker, subjects, claim.instance),
    };
    return true;
  }

  /** Resolves when the broker has refused what it refuses, or is away. */
  private async settled(): Promise<void> {
    const flushed = this.broker.flush().catch(() => undefined);
    await withDeadline(flushed, SETTLED_MS, () => undefined);
    await pause(0);
  }

  private refused(refused: BrokerRefusal): void {
    if (!this.subjects.isOfDevice(refused)) return;
    if (!this.isOpen) this.refusal ??= refused;
    else
      this.refusals.error({ url: this.url, ...refused }, `${this.url}: ${refusalText(refused)}`, "refused");
  }

  /** Another device has the name: it took it while this one was away from the broker. */
  private async lost(): Promise<void> {
    this.log.error(
      { url: this.url },
      "another device has this name at the NATS server: this one is not reached there until the other is gone",
    );
    this.held?.lines.loseAll("another device has its name");
    this.end();
    const { signal } = this.closing;
    do await pause(RETRY_MS, { signal, ref: false });
    while (!signal.aborted && !(await this.take()));
  }
}
