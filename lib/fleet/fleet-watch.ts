import { type Subscription } from "rxjs";
import { AuthenticationError, messageOf } from "../errors";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { type BrokerConnection, type BrokerMessage, refusalText } from "../nats/broker-connection";
import { textOfToken } from "../nats/subject-token";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { askFleet } from "./ask-fleet";
import { decodeNews } from "./fleet-messages";
import { allNewsSubject, announcerOfNews, type FleetQuestion } from "./fleet-subjects";
import { type FleetDevice, type FleetListing, type FleetObserver, FleetTable } from "./fleet-table";
import { LOOK_EVERY_MS } from "./presence";

/** A look that is late by more than this was kept from it, as was everything that came meanwhile, in milliseconds. */
const LATE_LOOK_MS = 1_000;

/** Keeps up with who is in a fleet: asks once, then listens. */
export class FleetWatch {
  /** Resolves when the devices that were there at the beginning are known; those that come after it are told. */
  readonly ready: Promise<void>;
  private readonly table: FleetTable;
  private readonly unsubscribe: () => void;
  private readonly returning: Subscription;
  private readonly timer: Timer;
  private readonly log: BurstLog;
  private lookedAt = performance.now();
  private isReady = false;
  /** Whether what comes in is the answer to a question. */
  private isListing = false;
  private isClosed = false;
  /** Whether the broker is being asked for a sign of life. */
  private isProving = false;

  /**
   * @param site - The only one that is watched. Left out: every one.
   * @param observer - Is told of devices that come, and those that go.
   */
  constructor(
    private readonly broker: BrokerConnection,
    site: string | undefined,
    observer: FleetObserver,
    logger: Logger,
  ) {
    this.log = new BurstLog(logger);
    this.table = new FleetTable({
      added: (device) => {
        // What was there at the beginning did not come just now.
        if (this.isReady || !this.isListing) observer.added(device);
      },
      removed: (device) => observer.removed(device),
    });
    const news = allNewsSubject(site);
    this.unsubscribe = broker.subscribe(news, (message) => this.hear(message));
    this.returning = broker.state$.subscribe(({ kind }) => {
      if (kind === "connected") this.table.excuse(performance.now());
    });
    this.returning.add(
      broker.refused$.subscribe((refused) => {
        if (refused.subject === news) this.cannotWatch(refusalText(refused));
      }),
    );
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    platform().unref(this.timer);
    this.ready = this.ask({ kind: "list" }, site).then(() => {
      this.isReady = true;
    });
  }

  /** Those that are there now. */
  get devices(): Iterable<FleetDevice> {
    return this.table.devices();
  }

  /** Whether all that are there are known. */
  get isUpToDate(): boolean {
    return this.isReady && this.broker.isConnected && this.table.isComplete;
  }

  /** Idempotent. */
  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.returning.unsubscribe();
    this.unsubscribe();
  }

  private hear({ subject, data }: BrokerMessage): void {
    const tokens = announcerOfNews(subject);
    if (tokens === undefined) return;
    try {
      // Who tells it is read of the subject: the broker's permissions hold for that, and not for the text.
      const [site, announcer] = tokens;
      const news = decodeNews(data, (problem) => this.unreadable(problem));
      this.table.hear(
        { site: textOfToken(site), announcer: textOfToken(announcer) },
        news,
        performance.now(),
      );
      if (this.table.isFull)
        this.log.warn({}, "the fleet is larger than this process keeps: devices are left out");
    } catch (error) {
      this.unreadable(messageOf(error));
    }
  }

  private look(): void {
    const now = performance.now();
    const lateMs = now - this.lookedAt - LOOK_EVERY_MS;
    this.lookedAt = now;
    // Who could not be heard was not silent. While the broker is away nobody can be.
    if (lateMs > LATE_LOOK_MS || !this.broker.isConnected) this.table.excuse(now);
    if (this.table.hasSilent(now) && !this.isProving) void this.prove(now);
    for (const { site, announcer } of this.table.look(now)) {
      void this.ask({ kind: "announcer", announcer }, site);
    }
  }

  /**
   * Forgets who has fallen silent, when the broker answers: everything that it had before has come by then. A broker
   * that stands still keeps everybody from being heard, for some seconds before its connection counts as lost.
   */
  private async prove(now: number): Promise<void> {
    this.isProving = true;
    try {
      await this.broker.flush();
      if (!this.isClosed) this.table.forgetSilent(now);
    } catch {
      // Who cannot be heard is excused when the connection is there again.
    } finally {
      this.isProving = false;
    }
  }

  private async ask(question: FleetQuestion, site: string | undefined): Promise<void> {
    try {
      await askFleet(this.broker, [question, site], (listing) => this.list(listing), this.log);
    } catch (error) {
      if (error instanceof AuthenticationError) this.cannotWatch(error.message);
      // What is not known by then is asked for when its process is heard of.
      this.log.debug({ err: error }, `the fleet could not be asked: ${messageOf(error)}`, "ask");
    }
  }

  private cannotWatch(reason: string): void {
    this.log.error({}, `the fleet cannot be watched: ${reason}`, "cannot watch");
  }

  private list(listing: FleetListing): void {
    if (this.isClosed) return;
    this.isListing = true;
    this.table.list(listing, performance.now());
    this.isListing = false;
  }

  private unreadable(problem: string): void {
    this.log.warn({ problem }, "news of the fleet cannot be read");
  }
}
