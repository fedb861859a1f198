import { type Lane } from "../contract/lane";
import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { type Logger } from "../log/logger";
import { platform } from "../platform/current";
import { type Timer } from "../platform/platform";
import {
  type ClientIdentity,
  type EndpointOptions,
  type IncomingRequest,
  type RequestHandler,
  type RpcEndpoint,
} from "../transport/endpoint";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../transport/message-limit";
import { type ChannelOptions } from "../transport/rpc-channel";
import { type Arrival } from "../transport/stream/stream-endpoint";
import { failed, type FailureReason, refusal } from "../wire/failures";
import { offers } from "../wire/inventory";
import { encodeJson } from "../wire/json";
import { decodeObject, isBytes, type ReceivedReply } from "../wire/message";
import { failureReply, successReply } from "../wire/replies";
import { encodeRequest, type MemberRequest } from "../wire/requests";
import { DEFAULT_MAX_TEXT_BYTES } from "../wire/text-bounds";
import { adaptedCounts, adaptedInventory, adaptedStatus, type MessageLimits } from "./adapted-replies";
import { ForwardedCall, type ForwardedRequest } from "./forwarded-call";
import { ForwardedCalls } from "./forwarded-calls";
import { type GatewayAccess } from "./gateway-contract";
import { type LentEndpoint, lentEndpoint } from "./lent-endpoint";
import { GATEWAY_CURE, readOnlyRefusal } from "./read-access";
import { Upstream } from "./upstream";

/** A connection that nobody uses is kept for this long, in milliseconds: a page that is loaded again finds it. */
const DEFAULT_KEEP_MS = 30_000;

/** Of all clients: each has a bound of its own, so that a crowd keeps out nobody. */
const MAX_PENDING_REQUESTS = 65_536;

/** As long as it takes who asked for it to arrive, in milliseconds. */
const UNWANTED_KEEP_MS = 1_000;

/** What all passages of a gateway have in common. */
export interface PassageOptions {
  readonly directory: DeviceDirectory;
  /** How a device is connected, such as with which keys. */
  readonly connection: (device: DeviceRecord) => ChannelOptions;
  readonly access: GatewayAccess;
  /** What a person does who wants more than reading. Default: what a gateway's does. */
  readonly readOnlyCure?: string;
  /** Whether the device is told to be brought by somebody else, so that nobody brings it any further. Default false. */
  readonly isBridge?: boolean;
  readonly endpoint: EndpointOptions;
  /** How long a connection is kept that nobody uses, in milliseconds. Default 30,000. */
  readonly keepMs?: number;
  readonly logger: Logger;
}

/** Where the clients of a passage come from. */
export type PassageEndpoint = Pick<RpcEndpoint, "publish" | "subscriptions$" | "departed$" | "close"> & {
  /** Ends the connections of all clients. */
  dismissAll(reason: string): void;
};

/** What a request asks for, as far as the gateway has to know it. */
type Message = Readonly<Record<string, unknown>>;

/**
 * The way of many clients to one device, over one connection. Messages pass as they are; only what is said of one
 * connection, as the numbers of requests, is said anew.
 */
export class DevicePassage implements RequestHandler {
  readonly upstream: Upstream;
  private readonly calls = new ForwardedCalls();
  private readonly limits: MessageLimits;
  private endpoint: PassageEndpoint | undefined;
  private lent: LentEndpoint | undefined;
  private arrivals = 0;
  private isWatched = false;
  /** Whether anybody who was let in ever wanted the device. */
  private wasWanted = false;
  private leaving: Timer | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    readonly name: string,
    private readonly options: PassageOptions,
    private readonly onUnused: (passage: DevicePassage) => void,
  ) {
    const { directory, connection, logger } = options;
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES, maxTextBytes = DEFAULT_MAX_TEXT_BYTES } =
      options.endpoint;
    this.limits = { maxMessageBytes, maxTextBytes };
    this.upstream = new Upstream(name, {
      directory,
      connection: (device) => ({
        ...limitsOf(options.endpoint),
        ...connection(device),
        maxPendingRequests: MAX_PENDING_REQUESTS,
      }),
      publish: (signal, frame, data) => void this.endpoint?.publish(signal, frame, data),
      onLost: (reason) => this.endpoint?.dismissAll(`the gateway lost ${name}: ${reason}`),
      logger,
    });
  }

  /**
   * @param url - Where its clients connect, as people know it.
   * @param onUnused - Called when nobody has used it for a while.
   */
  static async open(
    name: string,
    url: string,
    options: PassageOptions,
    onUnused: (passage: DevicePassage) => void,
  ): Promise<DevicePassage> {
    const passage = new DevicePassage(name, options, onUnused);
    passage.lent = await lentEndpoint(url, passage, options.endpoint, options.logger);
    passage.attach(passage.lent.endpoint);
    passage.lookWhetherUsed();
    return passage;
  }

  /** A passage to which nobody comes before {@link attach}. The device is looked for at once. */
  static begin(name: string, options: PassageOptions): DevicePassage {
    const passage = new DevicePassage(name, options, () => undefined);
    passage.want();
    return passage;
  }

  /** From now on clients come by this endpoint, which the passage closes with itself. */
  attach(endpoint: PassageEndpoint): void {
    this.endpoint = endpoint;
    endpoint.subscriptions$.subscribe((change) => this.upstream.signals.changed(change));
    endpoint.departed$.subscribe(({ id }) => this.calls.forsake(id));
  }

  /** Closes the endpoint: nobody comes until another is attached. Idempotent. */
  async detach(reason: string): Promise<void> {
    const { endpoint } = this;
    this.endpoint = undefined;
    endpoint?.dismissAll(reason);
    await endpoint?.close();
    this.calls.forsakeAll();
    this.upstream.signals.unwantAll();
  }

  /** Whether any client is connected. */
  get isUsed(): boolean {
    return this.arrivals > 0;
  }

  /** Somebody wants to know how the device is, or does not any more. */
  set watched(isWatched: boolean) {
    this.isWatched = isWatched;
    if (isWatched) this.want();
    this.lookWhetherUsed();
  }

  /** Somebody has connected; the device is looked for when he is let in. */
  arrive(arrival: Arrival): void {
    this.arrivals += 1;
    this.lookWhetherUsed();
    this.lent?.arrive({
      ...arrival,
      onWelcome: () => {
        arrival.onWelcome?.();
        this.want();
      },
      onGone: () => {
        arrival.onGone?.();
        this.arrivals -= 1;
        this.lookWhetherUsed();
      },
    });
  }

  /** Asks the device something for the gateway itself, which is a use of it. @throws What a call throws. */
  ask(body: string, timeoutMs: number): Promise<ReceivedReply> {
    this.want();
    this.lookWhetherUsed();
    return this.upstream.ask(body, timeoutMs);
  }

  *attended(): Iterable<ClientIdentity> {
    // The end of a stream is known by itself.
  }

  handle(incoming: IncomingRequest): void {
    const { body } = incoming;
    let message: Message;
    let text: string;
    try {
      message = decodeObject(body, this.limits.maxTextBytes);
      text = (isBytes(body) ? platform().textOf(body) : undefined) ?? encodeJson(message);
    } catch (error) {
      incoming.reply(failureReply(refusal(error)));
      return;
    }
    this.pass(incoming, message, text);
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    clearTimeout(this.leaving);
    await this.detach("the gateway was closed");
    await this.upstream.close();
  }

  private pass(incoming: IncomingRequest, message: Message, text: string): void {
    const { event } = message;
    const { access, readOnlyCure = GATEWAY_CURE, isBridge = false } = this.options;
    const refused = access === "read" ? readOnlyRefusal(message, this.name, readOnlyCure) : undefined;
    if (refused !== undefined) {
      incoming.reply(failureReply(failed(refused)));
      return;
    }
    switch (event) {
      case "CANCEL":
        if (typeof message.id === "string") {
          const call = this.calls.find(incoming.client.id, message.id);
          // A gateway in front of this one has lost whom it asked for.
          if (message.lost === true) call?.forsake();
          else call?.cancel();
        }
        return;
      case "LOCAL_ROAD":
        return refuse(incoming, "no local road leads through a gateway");
      case "INIT_SIGNALS_HANDLING":
        return incoming.reply(successReply({ signal_port: 0 }));
      case "GET_INVENTORY":
        return this.forward(incoming, text, {
          adapt: (reply) => adaptedInventory(reply, this.calls, incoming.client.id, this.limits, isBridge),
        });
      case "STATUS":
        return this.forward(incoming, text, {
          adapt: (reply) => adaptedStatus(reply, this.calls, incoming.client.id),
        });
      case "STATS":
        return this.forward(incoming, text);
      case "CONFIRM_SUBSCRIPTIONS":
      case "SIGNAL_COUNTS":
        return this.count(incoming, text);
      case "STREAM_NEXT":
        return this.next(incoming, message);
      case "METHOD_CALL":
      case "PROPERTY_GET":
      case "PROPERTY_SET":
      case "GET_MEMBERS":
      case "STOP_SERVER":
      case "FIND_PEER_ADDRESS":
      case "USES":
      case "USERS":
        return this.forward(incoming, this.limited(message, text), {
          data: incoming.data,
          isForMember: FOR_MEMBERS.has(event),
          ...this.toMember(message),
        });
      default:
        // What is not known may depend on who asks: the device would take everybody for the gateway.
        return refuse(
          incoming,
          event === undefined ? 'the request has no "event"' : `unknown event ${encodeJson(event)}`,
        );
    }
  }

  private forward(
    incoming: IncomingRequest,
    text: string,
    further: Partial<Pick<ForwardedRequest, "adapt" | "data" | "isForMember" | "lane" | "method">> = {},
  ): void {
    const { lane = "in turn", isForMember = false, data, method, adapt } = further;
    const busy = this.calls.obstacleTo(incoming.client.id, lane);
    if (busy !== undefined) return refuse(incoming, busy, "busy");
    const isHandshake = adapt !== undefined;
    if (this.upstream.peer === undefined && !isHandshake) {
      return refuse(incoming, `the gateway is not connected to ${this.name}`, "busy");
    }
    const call = new ForwardedCall({
      incoming,
      text,
      data,
      lane,
      isForMember,
      method,
      adapt,
      place: { device: this.name },
      onEnd: (ended) => this.calls.delete(ended),
    });
    this.calls.add(call);
    this.upstream.send(call);
  }

  /** The channel holds it back until the device knows of all subscriptions so far. */
  private count(incoming: IncomingRequest, text: string): void {
    const { peer } = this.upstream;
    if (peer !== undefined && peer.inventory.rigwire === undefined) {
      // An original says by itself that it does not know such a thing.
      return this.forward(incoming, text);
    }
    const knows = offers(peer?.inventory, "signal-counts");
    const question = encodeRequest({ event: knows ? "SIGNAL_COUNTS" : "GET_INVENTORY" });
    this.forward(incoming, question, {
      adapt: (reply) => adaptedCounts(reply, this.upstream.signals.counts()),
    });
  }

  private next(incoming: IncomingRequest, message: Message): void {
    const opening =
      typeof message.stream === "string" ? this.calls.find(incoming.client.id, message.stream) : undefined;
    if (opening?.isSent !== true) {
      return refuse(incoming, "no stream of this client is open by this id: it has ended");
    }
    const numbered = { ...message, stream: String(opening.id) };
    this.forward(incoming, this.limited(numbered, encodeJson(numbered)));
  }

  /** A reply that is larger than the gateway takes would end the connection to the device. */
  private limited(message: Message, text: string): string {
    const { maxMessageBytes } = this.limits;
    const told = this.upstream.peer?.inventory.rigwire?.maxMessageBytes ?? 0;
    if (told <= maxMessageBytes || !HAS_LARGE_REPLIES.has(message.event)) return text;
    const { maxReplyBytes } = message;
    if (typeof maxReplyBytes === "number" && maxReplyBytes <= maxMessageBytes) return text;
    return encodeJson({ ...message, maxReplyBytes: maxMessageBytes });
  }

  private toMember({ event, method }: Message): { readonly lane: Lane; readonly method?: string } {
    if (event !== "METHOD_CALL" || typeof method !== "string") return { lane: "in turn" };
    const { concurrent = false, interrupts = false } =
      this.upstream.peer?.inventory.rigwire?.members.get(method) ?? {};
    return { lane: interrupts ? "interrupts" : concurrent ? "concurrent" : "in turn", method };
  }

  private want(): void {
    this.wasWanted = true;
    this.upstream.start();
  }

  /** What only strangers asked for is not kept at all. */
  private lookWhetherUsed(): void {
    clearTimeout(this.leaving);
    if (this.isUsed || this.isWatched || this.closing !== undefined) return;
    const keepMs = this.wasWanted ? (this.options.keepMs ?? DEFAULT_KEEP_MS) : UNWANTED_KEEP_MS;
    this.leaving = setTimeout(() => this.onUnused(this), keepMs);
    platform().unref(this.leaving);
  }
}

const FOR_MEMBERS: ReadonlySet<unknown> = new Set<MemberRequest["event"]>([
  "METHOD_CALL",
  "PROPERTY_GET",
  "PROPERTY_SET",
]);

const HAS_LARGE_REPLIES: ReadonlySet<unknown> = new Set(["METHOD_CALL", "PROPERTY_GET", "STREAM_NEXT"]);

function refuse(incoming: IncomingRequest, why: string, reason?: FailureReason): void {
  incoming.reply(failureReply(failed(why, reason)));
}

function limitsOf({ maxMessageBytes, maxTextBytes }: EndpointOptions): ChannelOptions {
  return {
    ...(maxMessageBytes !== undefined && { maxMessageBytes }),
    ...(maxTextBytes !== undefined && { maxTextBytes }),
  };
}
