import { randomInt } from "node:crypto";
import { type AnnouncedService } from "./announced-service";
import { type DnsRecord } from "./dns-message";

/** Answers of several computers shall not collide, in milliseconds (RFC 6762, 6). */
const ANSWER_AFTER_MS = [20, 120] as const;

/** The same is not said again sooner, however often it is asked, in milliseconds (RFC 6762, 6). */
const REPEAT_MS = 1_000;

/** To somebody who is about to take the name it is. */
const DEFEND_AGAIN_MS = 250;

/** So that a datagram fits into what networks carry in one piece, in bytes. */
const MAX_ANSWER_BYTES = 1_200;

/** About what a record takes beside its texts, in bytes. */
const RECORD_BYTES = 64;

/** What is to be answered on one interface, at most once a second for each service. */
export class AnswerSchedule {
  private readonly due = new Map<AnnouncedService, number>();
  private readonly said = new Map<AnnouncedService, number>();
  private timer: NodeJS.Timeout | undefined;

  /** @param send - Sends records in one message. */
  constructor(
    private readonly recordsOf: (service: AnnouncedService) => readonly DnsRecord[],
    private readonly send: (records: readonly DnsRecord[]) => void,
  ) {}

  /** @param isDefence - Whether the name is to be defended. */
  add(service: AnnouncedService, isDefence: boolean): void {
    const now = performance.now();
    const earliest = now + (isDefence ? 0 : randomInt(...ANSWER_AFTER_MS));
    const again = (this.said.get(service) ?? -Infinity) + (isDefence ? DEFEND_AGAIN_MS : REPEAT_MS);
    const at = Math.max(earliest, again);
    this.due.set(service, Math.min(at, this.due.get(service) ?? Infinity));
    this.wake();
  }

  remove(service: AnnouncedService): void {
    this.due.delete(service);
    this.said.delete(service);
  }

  close(): void {
    clearTimeout(this.timer);
    this.due.clear();
  }

  private wake(): void {
    clearTimeout(this.timer);
    if (this.due.size === 0) return;
    const next = Math.min(...this.due.values());
    this.timer = setTimeout(() => this.sayDue(), Math.max(0, next - performance.now())).unref();
  }

  private sayDue(): void {
    const now = performance.now();
    let message: DnsRecord[] = [];
    for (const [service, at] of [...this.due]) {
      if (at > now) continue;
      this.due.delete(service);
      this.said.set(service, now);
      const records = this.recordsOf(service);
      if (message.length > 0 && bytesOf(message) + bytesOf(records) > MAX_ANSWER_BYTES) {
        this.send(message);
        message = [];
      }
      message.push(...records);
    }
    if (message.length > 0) this.send(message);
    this.wake();
  }
}

function bytesOf(records: readonly DnsRecord[]): number {
  const texts = records.flatMap(({ type, data }) => (type === "TXT" ? data : []));
  return texts.reduce((sum, { length }) => sum + length, records.length * RECORD_BYTES);
}
