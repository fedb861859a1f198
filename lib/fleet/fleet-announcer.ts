import { randomUUID } from "node:crypto";
import { type Subscription } from "rxjs";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { type BrokerConnection, type BrokerMessage, refusalText } from "../nats/broker-connection";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import { withDeadline } from "../time/with-deadline";
import { encodeJson } from "../wire/json";
import { type AnnouncedDevice } from "./announced-device";
import { CountedSubscriptions } from "./counted-subscriptions";
import { deviceText, encodeNews, encodePage, type FleetNews, paged } from "./fleet-messages";
import { concernsAnnouncer, type FleetQuestion, newsSubject, questionSubject } from "./fleet-subjects";
import { PacedAnswers } from "./paced-answers";
import { ALIVE_EVERY_MS } from "./presence";
import {
  type FleetService,
  serviceId,
  serviceName,
  serviceReply,
  serviceSubject,
  type ServiceVerb,
  serviceVerb,
} from "./service-protocol";

/** Changes within this time are told together, in milliseconds: a process that starts brings all its devices at once. */
const TELL_AFTER_MS = 20;

/** Devices that left, in one message. */
const REMOVED_PER_MESSAGE = 500;

/** How long the broker may take to have what it was told, in milliseconds. */
const SETTLED_MS = 500;

/**
 * Tells a fleet of the devices of this process: of all together that they are there, of each that comes or goes, and
 * answers who asks, in rigwire's own messages and in those of NATS services.
 */
export class FleetAnnouncer {
  /** Tells this process from others. */
  readonly id = randomUUID();
  private readonly services = new Map<string, { readonly service: FleetService; readonly text: string }>();
  private readonly subscriptions: CountedSubscriptions;
  private readonly answers: PacedAnswers;
  private readonly added = new Map<string, AnnouncedDevice>();
  private readonly removed = new Set<string>();
  private readonly returning: Subscription;
  /** Of all devices, until one comes or goes. */
  private allPages: readonly Uint8Array[] | undefined;
  private revision = 0;
  private aliveTimer: Timer | undefined;
  private tellTimer: Timer | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly broker: BrokerConnection,
    private readonly site: string,
    log: Logger,
  ) {
    this.subscriptions = new CountedSubscriptions(broker);
    this.answers = new PacedAnswers(
      (subject, data) => broker.publish(subject, data),
      () => this.settled(),
      log,
    );
    this.answerQuestion({ kind: "list" }, () => this.pagesOfAll());
    this.subscriptions.need(this.subject({ kind: "announcer", announcer: this.id }), ({ reply }) =>
      this.answers.answer(reply, this.pagesOfAll()),
    );
    this.answerVerbs(serviceSubject(), () => true);
    // Whoever missed it while the broker was away hears of it at once.
    this.returning = broker.state$.subscribe(({ kind }) => {
      if (kind === "connected" && this.services.size > 0) this.tell(this.alive());
    });
    const refusals = new BurstLog(log);
    this.returning.add(
      broker.refused$.subscribe((refused) => {
        if (!concernsAnnouncer(refused)) return;
        const text = `devices of ${site} are not announced as they should be: ${refusalText(refused)}`;
        refusals.error(refused, text, refused.operation);
      }),
    );
  }

  /** @returns Takes the device back. Idempotent. */
  announce(service: FleetService): () => void {
    const { device } = service;
    const { instance, name, type } = device;
    this.services.set(instance, { service, text: deviceText(device) });
    const ends = [
      ...this.answerQuestion({ kind: "name", name }, () =>
        this.pagesOf((other) => other.device.name === name),
      ),
      ...(type === ""
        ? []
        : this.answerQuestion({ kind: "type", type }, () =>
            this.pagesOf((other) => other.device.type === type),
          )),
      this.answerVerbs(
        serviceSubject(serviceName(device)),
        (other) => serviceName(other.device) === serviceName(device),
      ),
      this.answerVerbs(
        serviceSubject(serviceName(device), serviceId(device)),
        (other) => serviceId(other.device) === serviceId(device),
      ),
    ];
    this.removed.delete(instance);
    this.added.set(instance, device);
    this.changed();
    if (this.aliveTimer === undefined) this.keepTelling();
    return () => {
      for (const end of ends) end();
      if (this.services.get(instance)?.service !== service) return;
      this.services.delete(instance);
      this.added.delete(instance);
      this.removed.add(instance);
      this.changed();
    };
  }

  /** Tells what has changed at once. Resolves when the broker has it, or cannot be told. */
  async told(): Promise<void> {
    if (this.tellTimer !== undefined) {
      clearTimeout(this.tellTimer);
      this.tellChanges();
    }
    await this.settled();
  }

  /** Resolves when the broker knows where this process answers, or cannot be told. */
  async settled(): Promise<void> {
    const flushed = this.broker.flush().catch(() => undefined);
    await withDeadline(flushed, SETTLED_MS, () => undefined);
  }

  /** Says goodbye for all devices. The connection stays the caller's. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.leave();
    return this.closing;
  }

  private async leave(): Promise<void> {
    clearTimeout(this.aliveTimer);
    clearTimeout(this.tellTimer);
    this.returning.unsubscribe();
    this.answers.close();
    this.subscriptions.close();
    this.tellTimer = undefined;
    this.tell({ kind: "left" });
    await this.told();
  }

  private subject(question: FleetQuestion): string {
    return questionSubject(question, this.site);
  }

  private answerQuestion(
    question: FleetQuestion,
    pages: () => readonly Uint8Array[],
  ): readonly (() => void)[] {
    return [questionSubject(question), this.subject(question)].map((subject) =>
      this.subscriptions.need(subject, ({ reply }) => this.answers.answer(reply, pages())),
    );
  }

  private answerVerbs(subject: string, isMeant: (service: FleetService) => boolean): () => void {
    return this.subscriptions.need(subject, (message) => this.answerVerb(message, isMeant));
  }

  private answerVerb({ subject, reply }: BrokerMessage, isMeant: (service: FleetService) => boolean): void {
    const verb = serviceVerb(subject);
    if (verb === undefined) return;
    const meant = [...this.services.values()].filter(({ service }) => isMeant(service));
    this.answers.answer(
      reply,
      verbReplies(
        verb,
        this.site,
        meant.map(({ service }) => service),
      ),
    );
  }

  private pagesOfAll(): readonly Uint8Array[] {
    this.allPages ??= this.pagesOf(() => true);
    return this.allPages;
  }

  /** One at least: who asks a process hears that it is there. */
  private pagesOf(isMeant: (service: FleetService) => boolean): readonly Uint8Array[] {
    const texts = [...this.services.values()]
      .filter(({ service }) => isMeant(service))
      .map(({ text }) => text);
    const pages = texts.length === 0 ? [[]] : paged(texts, (text) => platform().byteLength(text));
    const { site, id: announcer, revision } = this;
    return pages.map((devices, page) =>
      encodePage({ site, announcer, revision, page, pages: pages.length }, devices),
    );
  }

  private changed(): void {
    this.allPages = undefined;
    if (this.tellTimer !== undefined || this.closing !== undefined) return;
    this.tellTimer = setTimeout(() => this.tellChanges(), TELL_AFTER_MS);
    platform().unref(this.tellTimer);
  }

  private tellChanges(): void {
    this.tellTimer = undefined;
    const added = paged([...this.added.values()], (device) => platform().byteLength(deviceText(device)));
    const removed = [...this.removed];
    this.added.clear();
    this.removed.clear();
    for (const devices of added) this.tellChange({ added: devices, removed: [] });
    for (let from = 0; from < removed.length; from += REMOVED_PER_MESSAGE) {
      this.tellChange({ added: [], removed: removed.slice(from, from + REMOVED_PER_MESSAGE) });
    }
    // The pages tell of it by its new revision.
    this.allPages = undefined;
  }

  private tellChange(change: {
    readonly added: readonly AnnouncedDevice[];
    readonly removed: readonly string[];
  }): void {
    this.revision += 1;
    this.tell({ kind: "changed", revision: this.revision, ...change });
  }

  private alive(): FleetNews {
    return { kind: "alive", revision: this.revision };
  }

  private keepTelling(): void {
    const waitMs = ALIVE_EVERY_MS * (0.9 + Math.random() / 10);
    this.aliveTimer = setTimeout(() => {
      this.tell(this.alive());
      this.keepTelling();
    }, waitMs);
    platform().unref(this.aliveTimer);
  }

  private tell(news: FleetNews): void {
    this.broker.publish(newsSubject(this.site, this.id), encodeNews(news));
  }
}

const encoder = new TextEncoder();

/** Each is made when its turn has come. */
function* verbReplies(
  verb: ServiceVerb,
  site: string,
  services: readonly FleetService[],
): Iterable<Uint8Array> {
  for (const service of services) yield encoder.encode(encodeJson(serviceReply(verb, site, service)));
}
