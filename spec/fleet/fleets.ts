import { FleetModule, type FleetOptions, type RigModule } from "rigwire";
import { firstValueFrom, type Observable, take, timeout, toArray } from "rxjs";
import { randomUUID } from "node:crypto";
import { type FleetService } from "../../lib/fleet/service-protocol";
import { BrokerConnection, type BrokerMessage } from "../../lib/nats/broker-connection";
import { natsSettings } from "../../lib/nats/nats-settings";
import { parseNatsUrl } from "../../lib/nats/nats-url";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { NatsServer } from "../support/nats-server";

/** A NATS server that is closed when the test ends. */
export async function startNats(): Promise<NatsServer> {
  return closing(await NatsServer.start());
}

/** A module of an app, which says nothing. */
export function fleetAt(
  { url }: { readonly url: string },
  site?: string,
  options: FleetOptions = {},
): RigModule {
  return FleetModule.connect(url, { logger: silent, ...(site !== undefined && { site }), ...options });
}

/** A program that knows nothing of rigwire, with a connection of its own. */
export async function rawClient({ url }: { readonly url: string }): Promise<RawClient> {
  return new RawClient(closing(await BrokerConnection.open(natsSettings(parseNatsUrl(url)))));
}

/** A camera that is announced, and not there. */
export function serviceCalled(name: string): FleetService {
  return {
    device: {
      instance: randomUUID(),
      name,
      ownName: name,
      type: "camera",
      version: "0.0.0",
      startedAt: new Date().toISOString(),
      atBroker: undefined,
      urls: ["tcp://127.0.0.1:1"],
      isBridged: false,
    },
    endpoints: () => [],
  };
}

let inboxes = 0;

/** Asks by subject, and reads what comes as JSON. */
export class RawClient {
  constructor(readonly connection: BrokerConnection) {}

  /** The first answers to a request. */
  async answers(subject: string, count = 1): Promise<readonly Record<string, unknown>[]> {
    const inbox = `_INBOX.spec.${(inboxes += 1)}`;
    const messages: BrokerMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${messages.length} answers to ${subject}`)), 5_000);
      const unsubscribe = this.connection.subscribe(inbox, (message) => {
        messages.push(message);
        if (messages.length < count && !message.isNoResponders) return;
        clearTimeout(timer);
        unsubscribe();
        resolve();
      });
      this.connection.publish(subject, new Uint8Array(0), inbox);
    });
    return messages.map(({ data }) => JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>);
  }
}

/** The next so many values; fails at a deadline. Subscribes at once. */
export function next<T>(source: Observable<T>, count = 1, deadlineMs = 8_000): Promise<T[]> {
  return firstValueFrom(source.pipe(take(count), toArray(), timeout(deadlineMs)));
}
