import { type ClientOptions } from "../client/rpc-client";
import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { boundedLogger } from "../log/bounded-logger";
import { defaultLogger, type Logger } from "../log/logger";
import { type RpcServer } from "../server/rpc-server";
import { serveOver } from "../server/serve";
import { type EndpointOptions } from "../transport/endpoint";
import { type Doorkeeper } from "../transport/stream/admission";
import { type Arrival } from "../transport/stream/stream-endpoint";
import { withDeadline } from "../time/with-deadline";
import { DeviceMetrics } from "./device-metrics";
import { DevicePassage, type PassageOptions } from "./device-passage";
import { DeviceRoster, type Passages } from "./device-roster";
import { Gateway } from "./gateway-contract";
import { type LentEndpoint, lentEndpoint } from "./lent-endpoint";
import { type GatewayOptions } from "./web/gateway-options";
import { WebDoor } from "./web/web-door";

/** Devices that may be asked for at the same time, whether they exist or not. */
const MAX_PASSAGES = 1_024;

/** Who comes to look finds the list of the directory, if that answers within this time, in milliseconds. */
const FIRST_LOOK_MS = 500;

/** How devices are connected, such as with which keys. */
export type DeviceConnection = (
  device: DeviceRecord,
) => Pick<
  ClientOptions,
  "security" | "token" | "ca" | "nats" | "local" | "heartbeatMs" | "handshakeTimeoutMs"
>;

/** Devices of a directory for browsers, at one address: WebSocket for each, and the console's page. */
export class DeviceGateway {
  private readonly device = new Gateway();
  private readonly passages = new Map<string, Promise<DevicePassage>>();
  private readonly opened = new Map<string, DevicePassage>();
  private readonly ownPassages: Passages = {
    passage: (name) => this.passage(name),
    opened: () => this.opened.values(),
  };
  private readonly roster: DeviceRoster;
  private readonly passageOptions: PassageOptions;
  private readonly endpointOptions: EndpointOptions;
  private readonly log: Logger;
  private door: WebDoor | undefined;
  private lent: LentEndpoint | undefined;
  private server: RpcServer | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly directory: DeviceDirectory,
    private readonly options: GatewayOptions,
    connection: DeviceConnection,
  ) {
    const { access = "control", keepMs } = options;
    const logger = boundedLogger(options.logger ?? defaultLogger());
    const { maxMessageBytes, maxTextBytes, heartbeatMs, signalHighWaterMark } = options;
    this.log = logger;
    this.device.access = access;
    this.endpointOptions = {
      ...(maxMessageBytes !== undefined && { maxMessageBytes }),
      ...(maxTextBytes !== undefined && { maxTextBytes }),
      ...(heartbeatMs !== undefined && { heartbeatMs }),
      ...(signalHighWaterMark !== undefined && { signalHighWaterMark }),
    };
    this.passageOptions = {
      directory,
      connection,
      access,
      endpoint: this.endpointOptions,
      logger,
      ...(keepMs !== undefined && { keepMs }),
    };
    this.roster = new DeviceRoster(
      directory,
      this.ownPassages,
      (devices) => (this.device.devices = devices),
      logger,
    );
  }

  /**
   * Opens a gateway.
   *
   * @param directory - Where the devices are found; it is not closed with the gateway.
   * @param connection - How each is connected. Default: as clients are whose options say nothing.
   * @throws AddressError if it cannot listen there; KeyError if others on the network could reach it without TLS or
   *   without a password or tokens, or if one of these cannot be used.
   */
  static async open(
    directory: DeviceDirectory,
    options: GatewayOptions = {},
    connection: DeviceConnection = () => ({}),
  ): Promise<DeviceGateway> {
    const gateway = new DeviceGateway(directory, options, connection);
    try {
      await gateway.listen();
      return gateway;
    } catch (error) {
      await gateway.close();
      throw error;
    }
  }

  /** Where it is reached, with the port that was taken: `http://127.0.0.1:8080`. */
  get url(): string {
    return this.door?.url ?? "";
  }

  /** An address that lets one browser in, once, within an hour. */
  loginUrl(): string {
    return this.door?.loginUrl() ?? "";
  }

  /** Ends all connections. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** As {@link close}: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async listen(): Promise<void> {
    const { log, endpointOptions } = this;
    this.server = await serveOver(
      this.device,
      { ...endpointOptions, name: "gateway", logger: log },
      async (_urls, handler) => {
        this.lent = await lentEndpoint("/gateway", handler, endpointOptions, log);
        return { endpoint: this.lent.endpoint, urls: [] };
      },
    );
    const metrics = new DeviceMetrics(this.directory, this.ownPassages);
    this.door = await WebDoor.open(this.options, log, {
      metrics: () => metrics.text(),
      gateway: (arrival) => this.look(arrival),
      device: async (name) => {
        const passage = await this.passage(name);
        return passage && ((arrival) => passage.arrive(arrival));
      },
    });
  }

  /** Somebody has connected who looks at the whole rig; nothing is asked of it before he is let in. */
  private look(arrival: Arrival): void {
    const { doorkeeper } = arrival;
    let leave: () => void = () => undefined;
    this.lent?.arrive({
      ...arrival,
      ...(doorkeeper !== undefined && { doorkeeper: this.withFirstLook(doorkeeper) }),
      onWelcome: () => {
        arrival.onWelcome?.();
        leave = this.roster.watch();
      },
      onGone: () => {
        arrival.onGone?.();
        leave();
      },
    });
  }

  /** Who is let in finds a list. */
  private withFirstLook(doorkeeper: Doorkeeper): Doorkeeper {
    return {
      admit: async (hello, address) => {
        const admission = await doorkeeper.admit(hello, address);
        if (admission.isAdmitted) await withDeadline(this.roster.look(), FIRST_LOOK_MS, () => undefined);
        return admission;
      },
    };
  }

  /** @returns Nothing where too many are asked for. */
  private async passage(name: string): Promise<DevicePassage | undefined> {
    if (this.closing !== undefined) return undefined;
    const known = this.passages.get(name);
    if (known !== undefined) return known;
    if (this.passages.size >= MAX_PASSAGES) {
      this.log.warn({ name }, `the gateway has ${MAX_PASSAGES} devices: no further one is connected`);
      return undefined;
    }
    const path = `/devices/${encodeURIComponent(name)}`;
    const opening = DevicePassage.open(name, path, this.passageOptions, (unused) => void this.drop(unused));
    this.passages.set(name, opening);
    const passage = await opening;
    this.opened.set(name, passage);
    return passage;
  }

  private async drop(passage: DevicePassage): Promise<void> {
    const { name } = passage;
    if (passage.isUsed) return;
    if (this.opened.get(name) === passage) {
      this.opened.delete(name);
      this.passages.delete(name);
    }
    await passage.close();
  }

  private async end(): Promise<void> {
    this.roster.close();
    const passages = await Promise.all(this.passages.values());
    const closed = passages.map((passage) => passage.close());
    this.lent?.endpoint.dismissAll("the gateway was closed");
    await this.server?.close();
    await this.door?.close();
    await Promise.all(closed);
  }
}
