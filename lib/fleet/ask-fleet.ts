import { randomUUID } from "node:crypto";
import { AuthenticationError, DeviceUnavailableError, messageOf } from "../errors";
import { type BurstLog } from "../log/burst-log";
import { type BrokerConnection, type BrokerMessage, refusalText } from "../nats/broker-connection";
import { deferred } from "../time/deferred";
import { type AnnouncedDevice } from "./announced-device";
import { decodePage, type FleetPage } from "./fleet-messages";
import { type FleetQuestion, questionSubject } from "./fleet-subjects";
import { type FleetListing } from "./fleet-table";

/** Answers that have not come by then are not waited for, in milliseconds. */
export const ANSWER_WITHIN_MS = 2_000;

/**
 * Nobody knows how many will answer. The last has, when for so many times as long as the first took nothing came, within
 * these bounds, in milliseconds.
 */
const QUIET_FACTOR = 2;
const LEAST_QUIET_MS = 60;
/** Where many answer, each in its time: a computer that is busy, or far away, belongs in the list too. */
const LEAST_QUIET_OF_MANY_MS = 300;
const MOST_QUIET_MS = 500;

const NOTHING = new Uint8Array(0);

/**
 * Asks a fleet, and gathers the answers of all processes that have what is asked for.
 *
 * @param question - With its site; see {@link questionSubject}.
 * @param onListing - Gets what each process answers, when all its pages have come.
 * @returns Resolves when all have answered, as far as can be known: at once where nobody has what is asked for.
 * @throws DeviceUnavailableError while there is no connection to the broker, or if it is lost meanwhile;
 *   AuthenticationError if its permissions do not let this program ask.
 */
export async function askFleet(
  broker: BrokerConnection,
  [question, site]: readonly [question: FleetQuestion, site: string | undefined],
  onListing: (listing: FleetListing) => void,
  log: BurstLog,
): Promise<void> {
  const subject = questionSubject(question, site);
  const gathering = new Gathering(onListing, leastQuietMs(question), log);
  const inbox = `_INBOX.${randomUUID()}`;
  const unsubscribe = broker.subscribe(inbox, (message) => gathering.take(message));
  const state = broker.state$.subscribe(({ kind }) => {
    if (kind !== "connected") gathering.fail(new DeviceUnavailableError(broker.problem ?? kind));
  });
  state.add(
    broker.refused$.subscribe((refused) => {
      if (refused.subject !== subject && refused.subject !== inbox) return;
      gathering.fail(new AuthenticationError(refusalText(refused), "broker-login"));
    }),
  );
  try {
    if (!broker.publish(subject, NOTHING, inbox)) {
      gathering.fail(new DeviceUnavailableError(broker.problem ?? "the broker is away"));
    }
    await gathering.done;
  } finally {
    state.unsubscribe();
    unsubscribe();
    gathering.end();
  }
}

function leastQuietMs({ kind }: FleetQuestion): number {
  return kind === "list" || kind === "type" ? LEAST_QUIET_OF_MANY_MS : LEAST_QUIET_MS;
}

interface Pages {
  readonly revision: number;
  readonly byNumber: Map<number, readonly AnnouncedDevice[]>;
}

/** The answers to one question. */
class Gathering {
  private readonly outcome = deferred();
  readonly done = this.outcome.promise;
  private readonly askedAt = performance.now();
  private readonly incomplete = new Map<string, Pages>();
  private readonly limit: NodeJS.Timeout;
  private quietMs: number | undefined;
  private quiet: NodeJS.Timeout | undefined;

  constructor(
    private readonly onListing: (listing: FleetListing) => void,
    private readonly leastQuietMs: number,
    private readonly log: BurstLog,
  ) {
    this.limit = setTimeout(() => this.giveUp(), ANSWER_WITHIN_MS);
  }

  take({ data, isNoResponders }: BrokerMessage): void {
    if (isNoResponders) {
      this.outcome.resolve();
      return;
    }
    let page: FleetPage;
    try {
      page = decodePage(data, (problem) => this.unreadable(problem));
    } catch (error) {
      this.unreadable(messageOf(error));
      return;
    }
    this.quietMs ??= this.quietAfter(performance.now() - this.askedAt);
    this.turn(page);
    clearTimeout(this.quiet);
    if (this.incomplete.size === 0) this.quiet = setTimeout(() => this.outcome.resolve(), this.quietMs);
  }

  fail(error: Error): void {
    this.outcome.reject(error);
  }

  end(): void {
    clearTimeout(this.limit);
    clearTimeout(this.quiet);
  }

  private giveUp(): void {
    const { size } = this.incomplete;
    if (size > 0)
      this.log.warn({ processes: size }, "a list of the fleet lacks what did not come in time", "late");
    this.outcome.resolve();
  }

  private quietAfter(firstMs: number): number {
    return Math.min(Math.max(firstMs * QUIET_FACTOR, this.leastQuietMs), MOST_QUIET_MS);
  }

  private turn({ site, announcer, revision, page, pages, devices }: FleetPage): void {
    const key = `${site}\n${announcer}`;
    const known = this.incomplete.get(key);
    const turned = known?.revision === revision ? known : { revision, byNumber: new Map() };
    turned.byNumber.set(page, devices);
    if (turned.byNumber.size < pages) {
      this.incomplete.set(key, turned);
      return;
    }
    this.incomplete.delete(key);
    this.onListing({ site, announcer, revision, devices: [...turned.byNumber.values()].flat() });
  }

  private unreadable(problem: string): void {
    this.log.warn({ problem }, "an answer of the fleet cannot be read");
  }
}
