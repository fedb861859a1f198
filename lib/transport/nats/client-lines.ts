import { type BrokerConnection, type BrokerMessage } from "../../nats/broker-connection";
import { type CarrierReceiver } from "../stream/carrier";
import { type Arrival } from "../stream/stream-endpoint";
import { Line } from "./line";
import { ANY, type DeviceSubjects, lastTokens } from "./subjects";

/** A device's ends of the lines of its clients. */
export class ClientLines {
  private readonly lines = new Map<string, Line>();
  private readonly endings: (() => void)[];

  constructor(
    private readonly broker: BrokerConnection,
    private readonly subjects: DeviceSubjects,
    private readonly instance: string,
    private readonly onArrival: (arrival: Arrival) => void,
  ) {
    const ways: readonly [Parameters<DeviceSubjects["up"]>[0], (client: string, data: Uint8Array) => void][] =
      [
        ["read", (client, data) => this.lines.get(client)?.receive(data, true)],
        ["command", (client, data) => this.lines.get(client)?.receive(data)],
        ["gone", (client) => this.lines.get(client)?.lose("the client is gone")],
      ];
    this.endings = ways.map(([way, receive]) =>
      broker.subscribe(subjects.up(way, instance, ANY), (message) =>
        receive(clientOf(message), message.data),
      ),
    );
    this.endings.push(broker.subscribe(subjects.hello(ANY), (message) => this.arrived(message)));
  }

  /** Takes nobody any more. Those who are there stay. */
  closeDoor(): void {
    this.endings.pop()?.();
  }

  /** Ends what is there without a word: nobody would hear it. */
  loseAll(reason: string): void {
    for (const line of [...this.lines.values()]) line.lose(reason);
  }

  close(): void {
    for (const end of this.endings.splice(0)) end();
  }

  private arrived(message: BrokerMessage): void {
    const client = clientOf(message);
    const known = this.lines.get(client);
    if (known !== undefined || message.isNoResponders) return;
    this.onArrival({
      address: undefined,
      open: (receiver) => {
        const line = this.open(client, receiver);
        this.lines.set(client, line);
        return line;
      },
    });
    this.lines.get(client)?.receive(message.data, true);
  }

  private open(client: string, receiver: CarrierReceiver): Line {
    const { broker, subjects, instance } = this;
    const [target, unheard] = [subjects.down(client, instance), subjects.up("gone", instance, client)];
    return new Line(
      {
        maxPayload: broker.maxPayload,
        publish: (bytes) => broker.publish(target, bytes, unheard),
        released: () => this.lines.delete(client),
      },
      receiver,
    );
  }
}

function clientOf({ subject }: BrokerMessage): string {
  return lastTokens(subject)[2];
}
