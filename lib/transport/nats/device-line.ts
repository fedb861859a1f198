import { randomBytes } from "node:crypto";
import { type BrokerMessage } from "../../nats/broker-connection";
import { type BrokerShare } from "../../nats/shared-broker";
import { type CarrierReceiver } from "../stream/carrier";
import { Line } from "./line";
import { ANY, type DeviceSubjects, lastTokens, NOBODY, type UpwardWay } from "./subjects";

/** Nobody guesses it, and so hears what is said to another. */
const CLIENT_ID_BYTES = 16;

/** A client's end of a line to a device. It holds the connection to the broker for as long as it lasts. */
export class DeviceLine {
  /** On which way data goes from now on. */
  way: UpwardWay = "read";
  /** The broker said that nobody heard the first word. */
  isUnheard = false;
  private readonly client = randomBytes(CLIENT_ID_BYTES).toString("base64url");
  /** The run of the device that answered; it alone is spoken to. */
  private instance: string | undefined;
  private readonly endings: (() => void)[] = [];

  constructor(
    private readonly share: BrokerShare,
    private readonly subjects: DeviceSubjects,
  ) {}

  open(receiver: CarrierReceiver): Line {
    const { connection: broker } = this.share;
    const unheard = this.subjects.down(this.client, NOBODY);
    const line = new Line(
      {
        maxPayload: broker.maxPayload,
        publish: (message, isData) => broker.publish(this.target(isData), message, unheard),
        released: () => this.end(),
      },
      receiver,
    );
    const state = broker.state$.subscribe(({ kind }) => {
      if (kind !== "connected") line.lose("the connection to the NATS server is lost");
    });
    const refusals = broker.refused$.subscribe(({ operation, subject }) => {
      if (subject.includes(this.client)) line.destroy(this.refusalText(operation, subject));
    });
    this.endings.push(
      broker.subscribe(this.subjects.down(this.client, ANY), (message) => this.receive(line, message)),
      () => state.unsubscribe(),
      () => refusals.unsubscribe(),
      () => void this.share.release(),
    );
    return line;
  }

  /** Hears a signal of the device. @returns What ends it. */
  subscribe(signal: string, onMessage: (data: Uint8Array) => void): () => void {
    const subject = this.subjects.signal(this.instance ?? NOBODY, signal);
    return this.share.connection.subscribe(subject, ({ data }) => onMessage(data));
  }

  /** Calls back when the line is over. */
  onEnd(callback: () => void): void {
    this.endings.push(callback);
  }

  private end(): void {
    for (const ending of this.endings.splice(0)) ending();
  }

  private target(isData: boolean): string {
    const { subjects, instance, client } = this;
    if (instance === undefined) return subjects.hello(client);
    return subjects.up(isData ? this.way : "read", instance, client);
  }

  private receive(line: Line, { subject, data, isNoResponders }: BrokerMessage): void {
    if (isNoResponders) {
      this.isUnheard = this.instance === undefined;
      line.lose("the device is gone");
      return;
    }
    const [, , instance] = lastTokens(subject);
    this.instance ??= instance;
    if (instance === this.instance) line.receive(data);
    else line.destroy("two devices answer to this name");
  }

  private refusalText(operation: string, subject: string): string {
    return subject === this.subjects.up("command", this.instance ?? NOBODY, this.client)
      ? "the NATS server's permissions let this client only read"
      : `the NATS server's permissions do not let this client ${operation} to ${subject}`;
  }
}
