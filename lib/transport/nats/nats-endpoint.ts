import { type Observable } from "rxjs";
import { AddressError, AuthenticationError, messageOf, RigwireError } from "../../errors";
import { type Logger } from "../../log/logger";
import { natsSettings } from "../../nats/nats-settings";
import { formatNatsUrl, type NatsDeviceUrl, parseNatsDeviceUrl } from "../../nats/nats-url";
import { type BrokerShare, shareBroker } from "../../nats/shared-broker";
import { type Frame } from "../../wire/frame";
import {
  type ClientIdentity,
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type ServerTransport,
  type SubscriptionChange,
} from "../endpoint";
import { DEFAULT_HEARTBEAT_MS } from "../heartbeat";
import { openDoor } from "../stream/admission";
import { StreamEndpoint } from "../stream/stream-endpoint";
import { DevicePresence } from "./device-presence";
import { deviceSubjects } from "./subjects";

/** The server's side of NATS. */
export const natsServer: ServerTransport = {
  async listen(url, handler, options, log) {
    const device = parseNatsDeviceUrl(url);
    const share = await brokerOf(device, options);
    try {
      return await NatsEndpoint.open(device, share, handler, options, log);
    } catch (error) {
      await share.release();
      throw error;
    }
  },
};

/** A device at a broker: a line for each of its clients, and its signals for whoever subscribes to them there. */
class NatsEndpoint implements RpcEndpoint {
  readonly signalPort = 0;
  /** No batches: those who may only read could not send one that commands as well. */
  readonly features: readonly string[] = [];
  readonly url: string;
  readonly maxMessageBytes: number;
  readonly subscriptions$: Observable<SubscriptionChange>;
  readonly departed$: Observable<ClientIdentity>;
  private readonly wanted = new Set<string | undefined>();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly stream: StreamEndpoint,
    private readonly presence: DevicePresence,
    private readonly share: BrokerShare,
  ) {
    this.url = stream.url;
    this.maxMessageBytes = stream.maxMessageBytes;
    this.subscriptions$ = stream.subscriptions$;
    this.departed$ = stream.departed$;
    stream.subscriptions$.subscribe(({ signal, subscribed }) => {
      if (subscribed) this.wanted.add(signal);
      else this.wanted.delete(signal);
    });
  }

  static async open(
    device: NatsDeviceUrl,
    share: BrokerShare,
    handler: RequestHandler,
    options: EndpointOptions,
    log: Logger,
  ): Promise<NatsEndpoint> {
    const opening: { presence?: DevicePresence } = {};
    const stream = await StreamEndpoint.open(
      {
        doorkeeper: openDoor,
        heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
        async listen(onArrival) {
          const subjects = deviceSubjects(device.site, device.name);
          const url = formatNatsUrl(device);
          return (opening.presence = await DevicePresence.open(
            url,
            share.connection,
            subjects,
            onArrival,
            log,
          ));
        },
      },
      handler,
      options,
      log,
    );
    const { presence } = opening;
    if (presence === undefined) throw new Error("a stream endpoint listens when it is open");
    return new NatsEndpoint(stream, presence, share);
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): void {
    if (this.wanted.has(signal)) this.presence.publish(signal, frame, data);
  }

  subscriptionsArrived(token: string | undefined): Promise<boolean> {
    return this.stream.subscriptionsArrived(token);
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    await this.stream.close();
    this.presence.end();
    await this.share.release();
  }
}

/** @throws AddressError if there is no broker, or it does not let this device in. */
async function brokerOf(device: NatsDeviceUrl, { nats }: EndpointOptions): Promise<BrokerShare> {
  try {
    return await shareBroker(natsSettings(device, nats));
  } catch (error) {
    if (error instanceof RigwireError && !(error instanceof AuthenticationError)) throw error;
    throw new AddressError(
      `cannot serve at ${formatNatsUrl(device)}: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  }
}
