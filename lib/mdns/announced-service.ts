import { randomInt } from "node:crypto";
import { pause } from "../time/pause";
import { type DnsMessage, isSameName, type ServiceLocation } from "./dns-message";
import { type MulticastLink } from "./multicast-link";
import { type MulticastNetwork } from "./multicast-network";
import { instanceName, locationRecord, type ServiceClaim, serviceRecords } from "./service-records";

/** Times of claiming a name, in milliseconds (RFC 6762, 8.1 to 8.3). */
const FIRST_PROBE_WITHIN_MS = 250;
const PROBE_EVERY_MS = 250;
const PROBES = 3;
const DEFER_MS = 1_000;
const ANNOUNCE_AGAIN_MS = 1_000;

/** Who finds so many names taken asks more slowly from then on, so that no two keep each other busy. */
const MANY_CONFLICTS = 15;
const SLOW_PROBE_MS = 5_000;

/** How an announced service stands. */
export type ServiceState = "probing" | "announced" | "closed";

/**
 * Claims a name for a service (RFC 6762, 8): asks whether somebody has it, says that it is taken, and says on `close()`
 * that it is free. Who comes too late is told, and starts anew under another name.
 */
export class AnnouncedService {
  /** Resolves when the name is this service's, or it was closed. */
  readonly ready: Promise<void>;
  private readyNow: () => void = () => undefined;
  private stateNow: ServiceState = "probing";
  private round = new AbortController();
  private claim: ServiceClaim;
  private conflicts = 0;

  /**
   * @param conflicted - Called when another has the name; is to call `rename`.
   */
  constructor(
    private readonly network: MulticastNetwork,
    claim: ServiceClaim,
    private readonly conflicted: () => void,
  ) {
    this.claim = claim;
    this.ready = new Promise((resolve) => (this.readyNow = resolve));
    this.begin();
  }

  get state(): ServiceState {
    return this.stateNow;
  }

  get type(): string {
    return this.claim.type;
  }

  get name(): string {
    return instanceName(this.claim);
  }

  get target(): string {
    return this.claim.target;
  }

  /** What is said on an interface; nothing before the name is this service's. */
  records(link: MulticastLink) {
    return this.stateNow === "announced" ? serviceRecords(this.claim, link) : [];
  }

  /**
   * Goes by another name from now on; the one before is free.
   *
   * @param text - What is said of it under that name.
   */
  rename(label: string, text: readonly Buffer[]): void {
    if (this.stateNow === "closed" || label === this.claim.label) return;
    if (this.stateNow === "announced") void this.sayGoodbye();
    this.claim = { ...this.claim, label, text };
    this.begin();
  }

  /** Looks whether somebody claims the same name. */
  heard({ kind, answers, authorities, additionals }: DnsMessage): void {
    if (this.stateNow === "closed") return;
    const claims = [...answers, ...additionals];
    if (kind === "response") {
      const other = claims.find((record) => this.isForeign(record));
      if (other === undefined || other.ttl === 0) return;
      this.conflicts += 1;
      if (this.stateNow === "probing") this.conflicted();
      // Both ask anew: one of them is answered by the other, or comes first.
      else this.begin();
      return;
    }
    if (this.stateNow !== "probing") return;
    const rival = authorities.find((record) => this.isForeign(record));
    if (rival?.type === "SRV" && this.network.compare(rival.data, locationRecord(this.claim).data) > 0) {
      this.begin(DEFER_MS);
    }
  }

  /** An interface is new: what holds is said there. */
  announceAt(link: MulticastLink): Promise<void> {
    const records = this.records(link);
    if (records.length === 0) return Promise.resolve();
    return this.network.send(link, { kind: "response", answers: records });
  }

  /** Says that it is gone; resolves when that is out. Idempotent. */
  async close(): Promise<void> {
    const wasAnnounced = this.stateNow === "announced";
    this.stateNow = "closed";
    this.round.abort();
    this.readyNow();
    if (wasAnnounced) await this.sayGoodbye();
  }

  private isForeign(record: {
    readonly name: string;
    readonly type: string;
    readonly data: unknown;
  }): boolean {
    if (record.type !== "SRV" || !isSameName(record.name, this.name)) return false;
    return this.network.compare(record.data as ServiceLocation, this.claim) !== 0;
  }

  private begin(leastMs = 0): void {
    const waitMs =
      (this.conflicts > MANY_CONFLICTS ? SLOW_PROBE_MS : leastMs) + randomInt(FIRST_PROBE_WITHIN_MS);
    this.round.abort();
    this.round = new AbortController();
    this.stateNow = "probing";
    void this.claimName(waitMs, this.round.signal);
  }

  private async claimName(waitMs: number, signal: AbortSignal): Promise<void> {
    await pause(waitMs, { signal });
    for (let probe = 0; probe < PROBES && !signal.aborted; probe++) {
      await this.onEveryLink((link) =>
        this.network.send(link, {
          kind: "query",
          questions: [{ name: this.name, type: "ANY" }],
          authorities: [locationRecord(this.claim)],
        }),
      );
      await pause(PROBE_EVERY_MS, { signal });
    }
    if (signal.aborted) return;
    this.stateNow = "announced";
    await this.announceEverywhere(signal);
    this.readyNow();
    await pause(ANNOUNCE_AGAIN_MS, { signal, ref: false });
    await this.announceEverywhere(signal);
  }

  private async announceEverywhere(signal: AbortSignal): Promise<void> {
    if (!signal.aborted) await this.onEveryLink((link) => this.announceAt(link));
  }

  private sayGoodbye(): Promise<void> {
    const { claim } = this;
    return this.onEveryLink((link) => {
      const answers = serviceRecords(claim, link, true);
      return answers.length === 0
        ? Promise.resolve()
        : this.network.send(link, { kind: "response", answers });
    });
  }

  private async onEveryLink(send: (link: MulticastLink) => Promise<void>): Promise<void> {
    await Promise.all(this.network.links.map(send));
  }
}
