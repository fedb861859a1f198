import { AnnouncedService } from "./announced-service";
import { AnswerSchedule } from "./answer-schedule";
import { type DnsMessage, type DnsQuestion, type DnsRecord, isSameName } from "./dns-message";
import { type MulticastLink, type Sender } from "./multicast-link";
import { type MulticastNetwork } from "./multicast-network";
import { ALL_TYPES } from "./service-names";
import { OTHER_TTL, type ServiceClaim } from "./service-records";

/** Who is no part of mDNS asks one question, or a few. */
const MAX_QUESTIONS_OF_ONE = 8;

/** Announces services and answers who asks for them. */
export class Responder {
  private readonly services = new Set<AnnouncedService>();
  private readonly schedules = new Map<MulticastLink, AnswerSchedule>();
  private readonly stopListening: () => void;

  constructor(private readonly network: MulticastNetwork) {
    this.stopListening = network.listen({
      received: (message, link, sender) => this.received(message, link, sender),
      joined: (link) => {
        for (const service of this.services) void service.announceAt(link);
      },
    });
  }

  /**
   * Begins to claim a name.
   *
   * @param conflicted - Called when another has the name; is to call `rename`.
   */
  announce(claim: ServiceClaim, conflicted: () => void): AnnouncedService {
    const service = new AnnouncedService(this.network, claim, conflicted);
    this.services.add(service);
    return service;
  }

  /** Says that it is gone; resolves when that is out. Idempotent. */
  async withdraw(service: AnnouncedService): Promise<void> {
    this.services.delete(service);
    for (const schedule of this.schedules.values()) schedule.remove(service);
    await service.close();
  }

  /** Says of every service that it is gone. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.services].map((service) => this.withdraw(service)));
    this.stopListening();
    for (const schedule of this.schedules.values()) schedule.close();
  }

  private received(message: DnsMessage, link: MulticastLink, sender: Sender): void {
    for (const service of this.services) service.heard(message);
    if (message.kind === "response") {
      this.contradict(message, link);
      return;
    }
    if (message.questions.length === 0) return;
    const asked = [...this.services].filter((service) => isAsked(service, message));
    if (asked.length === 0) return;
    if (sender.port !== link.port) {
      // What is answered is not much more than was asked, since an address can be forged.
      if (message.questions.length <= MAX_QUESTIONS_OF_ONE) this.answerOne(message, asked, link, sender);
      return;
    }
    const schedule = this.scheduleOf(link);
    for (const service of asked) schedule.add(service, message.authorities.length > 0);
  }

  /** Anyone can say that a service is gone: what is there says so before it is forgotten (RFC 6762, 10.1). */
  private contradict({ answers, additionals }: DnsMessage, link: MulticastLink): void {
    const ended = [...answers, ...additionals].filter(({ ttl }) => ttl === 0);
    if (ended.length === 0) return;
    for (const service of this.services) {
      const isSaid = service.state === "announced" && ended.some((record) => isOf(service, record));
      if (isSaid) this.scheduleOf(link).add(service, true);
    }
  }

  /** Who asks from another port is no part of mDNS and is answered alone (RFC 6762, 6.7). */
  private answerOne(
    { id, questions }: DnsMessage,
    asked: readonly AnnouncedService[],
    link: MulticastLink,
    sender: Sender,
  ): void {
    const records = asked.flatMap((service) => service.records(link));
    if (records.length === 0) return;
    const answers = records.map((record) => ({ ...record, ttl: Math.min(record.ttl, 10), flush: false }));
    void this.network.send(link, { kind: "response", id, questions, answers }, sender);
  }

  private scheduleOf(link: MulticastLink): AnswerSchedule {
    const known = this.schedules.get(link);
    if (known !== undefined) return known;
    for (const gone of this.schedules.keys())
      if (!this.network.links.includes(gone)) this.schedules.delete(gone);
    const schedule = new AnswerSchedule(
      (service) => service.records(link),
      (answers) => void this.network.send(link, { kind: "response", answers }),
    );
    this.schedules.set(link, schedule);
    return schedule;
  }
}

function isOf({ name }: AnnouncedService, record: DnsRecord): boolean {
  return isSameName(record.type === "PTR" ? record.data : record.name, name);
}

function isAsked(service: AnnouncedService, { questions, answers }: DnsMessage): boolean {
  return questions.some((question) => concerns(question, service) && !isKnown(question, service, answers));
}

function concerns({ name, type }: DnsQuestion, service: AnnouncedService): boolean {
  const isOf = (own: string, ...types: readonly string[]) =>
    isSameName(name, own) && (type === "ANY" || types.includes(type));
  return (
    isOf(service.type, "PTR") ||
    isOf(service.name, "SRV", "TXT") ||
    isOf(service.target, "A", "AAAA") ||
    isOf(ALL_TYPES, "PTR")
  );
}

/** What the asker will know for half of its time yet need not be said (RFC 6762, 7.1). */
function isKnown({ name }: DnsQuestion, service: AnnouncedService, answers: readonly DnsRecord[]): boolean {
  if (!isSameName(name, service.type)) return false;
  return answers.some(
    ({ type, data, ttl }) => type === "PTR" && isSameName(data, service.name) && ttl > OTHER_TTL / 2,
  );
}
