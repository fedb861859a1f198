import { BehaviorSubject, type Observable } from "rxjs";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { pause } from "../time/pause";
import { type DnsMessage } from "./dns-message";
import { type FoundService, KnownServices } from "./known-services";
import { type MulticastLink } from "./multicast-link";
import { type MulticastNetwork } from "./multicast-network";

/** Asked again after this time, then twice that, and so on, in milliseconds (RFC 6762, 5.2). */
const ASK_AGAIN_MS = 1_000;
const ASK_AT_LEAST_EVERY_MS = 60 * 60_000;

/** How often it is looked what ends and what is missing, in milliseconds. */
const TICK_MS = 500;

/** What is missing is asked for in messages of so many questions, one a tick: what others make up costs little. */
const QUESTIONS_AT_ONCE = 24;

/** So many of the answers that are known fit into a question. */
const KNOWN_ANSWERS = 20;

/** Several messages that arrive together make one look, in milliseconds. */
const SETTLE_MS = 20;

/** Looking takes a part of the time at most, however much is announced: so many times as long as it took, it waits. */
const REST_AFTER_LOOK = 9;

/** The services of some types that anybody announces, kept up to date until it is closed. */
export class ServiceBrowser {
  /** All that are known, and again whenever they change. */
  readonly services$: Observable<readonly FoundService[]>;
  private readonly found = new BehaviorSubject<readonly FoundService[]>([]);
  private readonly known: KnownServices;
  private readonly began = performance.now();
  private readonly stopListening: () => void;
  private readonly clock: NodeJS.Timeout;
  private readonly closing = new AbortController();
  private settling: NodeJS.Timeout | undefined;
  private askedAt = -Infinity;
  private restMs = 0;

  /** @param types - Domain names of types, such as `_rigwire._tcp.local`. */
  constructor(
    private readonly network: MulticastNetwork,
    private readonly types: readonly string[],
    logger: Logger,
  ) {
    const log = new BurstLog(logger);
    this.known = new KnownServices(types, () =>
      log.warn({ types }, "more services are announced by mDNS than are kept: the latest are left out"),
    );
    this.services$ = this.found.asObservable();
    this.stopListening = network.listen({
      received: (message, link) => this.received(message, link),
      joined: (link) => this.ask([link]),
    });
    this.clock = setInterval(() => this.tick(), TICK_MS).unref();
    void this.askRepeatedly();
  }

  /** All that are known now. */
  get services(): readonly FoundService[] {
    return this.found.value;
  }

  /** How long it has been listening, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.began;
  }

  /** Asks at once, if the last time was a while ago: somebody wants to know. */
  refresh(): void {
    if (performance.now() - this.askedAt >= ASK_AGAIN_MS) this.ask(this.network.links);
  }

  /** Idempotent. */
  close(): void {
    this.closing.abort();
    this.stopListening();
    clearInterval(this.clock);
    clearTimeout(this.settling);
    this.found.complete();
  }

  private async askRepeatedly(): Promise<void> {
    const { signal } = this.closing;
    for (let waitMs = ASK_AGAIN_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, ASK_AT_LEAST_EVERY_MS)) {
      this.ask(this.network.links);
      await pause(waitMs, { signal, ref: false });
    }
  }

  private ask(links: readonly MulticastLink[]): void {
    this.askedAt = performance.now();
    const questions = this.types.map((name) => ({ name, type: "PTR" }));
    const answers = this.types.flatMap((type) => this.known.pointers(type)).slice(0, KNOWN_ANSWERS);
    for (const link of links) void this.network.send(link, { kind: "query", questions, answers });
  }

  private tick(): void {
    const questions = this.known.questions(TICK_MS, QUESTIONS_AT_ONCE);
    if (questions.length > 0) {
      for (const link of this.network.links) void this.network.send(link, { kind: "query", questions });
    }
    this.look();
  }

  private received({ kind, answers, additionals }: DnsMessage, link: MulticastLink): void {
    if (kind !== "response") return;
    this.known.hear([...answers, ...additionals], link);
    this.settling ??= setTimeout(
      () => {
        this.settling = undefined;
        this.look();
      },
      Math.max(SETTLE_MS, this.restMs),
    );
  }

  private look(): void {
    const began = performance.now();
    const services = this.known.services();
    if (!isSameList(services, this.found.value)) this.found.next(services);
    this.restMs = REST_AFTER_LOOK * (performance.now() - began);
  }
}

function isSameList(one: readonly FoundService[], other: readonly FoundService[]): boolean {
  return one.length === other.length && one.every((service, index) => isSame(service, other[index]));
}

function isSame(one: FoundService, other: FoundService | undefined): boolean {
  return other !== undefined && fingerprint(one) === fingerprint(other);
}

function fingerprint({ type, label, port, text, addresses }: FoundService): string {
  const places = addresses.map(({ address, link }) => [address, link.face.name]);
  return JSON.stringify([type, label, port, [...text], places]);
}
