import { randomUUID } from "node:crypto";
import { type Logger } from "../log/logger";
import { type AnnouncedPlace } from "./announced-place";
import { type AnnouncedService } from "./announced-service";
import { type Responder } from "./responder";
import { encodeDescription, type ServiceDescription } from "./service-description";
import { hostDomain, labelOf, numbered } from "./service-names";

/** What is announced, and under which types. */
export interface Announceable extends Omit<ServiceDescription, "instance"> {
  /** What it is called where it has no name. */
  readonly title: string;
  readonly place: AnnouncedPlace;
  /** Domain names of types. */
  readonly types: readonly string[];
}

/** What is announced by mDNS: a device, a registry, a broker. Where another has its name it goes by the next: `cam-1-1`. */
export class MdnsAnnouncement {
  private readonly instance = randomUUID();
  private readonly services: readonly AnnouncedService[];
  private wanted: string;
  private number = 0;

  /** @param renamed - Called with the name that it has instead. */
  constructor(
    private readonly responder: Responder,
    private readonly thing: Announceable,
    private readonly log: Logger,
    private readonly renamed: (name: string) => void = () => undefined,
  ) {
    this.wanted = thing.name;
    const { place, types } = thing;
    // No other has this name for its computer, so nobody's addresses are taken for these.
    const target = hostDomain(this.instance.slice(-12));
    this.services = types.map((type) =>
      responder.announce(
        {
          type,
          target,
          port: place.port,
          label: this.label,
          text: this.text(),
          addresses: (link) => place.addresses(link),
        },
        () => this.yieldName(),
      ),
    );
  }

  /** The name that it is announced by; not always the one that was wanted. */
  get name(): string {
    return this.wanted === "" ? "" : numbered(this.wanted, this.number);
  }

  /** Resolves when it has its name, or was closed. */
  async ready(): Promise<void> {
    await Promise.all(this.services.map(({ ready }) => ready));
  }

  /** Announces it by another name. */
  rename(name: string): void {
    if (name === this.name) return;
    this.wanted = name;
    this.number = 0;
    this.tell();
  }

  /** Says that it is gone; resolves when that is out. Idempotent. */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => this.responder.withdraw(service)));
  }

  private get label(): string {
    return labelOf(numbered(this.wanted === "" ? this.thing.title : this.wanted, this.number));
  }

  private text(): readonly Buffer[] {
    return encodeDescription({ ...this.thing, name: this.name, instance: this.instance });
  }

  private yieldName(): void {
    const before = this.label;
    this.number += 1;
    this.log.warn(
      { wanted: before, name: this.label },
      `another ${this.thing.role} is announced as ${before} by mDNS: this one is ${this.label}`,
    );
    this.tell();
    if (this.name !== "") this.renamed(this.name);
  }

  private tell(): void {
    for (const service of this.services) service.rename(this.label, this.text());
  }
}
