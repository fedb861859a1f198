import { type Plain, type ServerSecurity } from "../security/credentials";
import { type Observable } from "rxjs";
import { type Logger } from "../log/logger";
import { type Frame } from "../wire/frame";
import { type Received } from "../wire/message";
import { type LocalRoadOffer } from "../wire/local-road-offer";
import { type RepresentedCaller } from "../wire/represented-caller";
import { type WebAccess } from "./web-access";

/** Who asks, for as long as it is connected. One object stands for one connection. */
export interface ClientIdentity {
  /** Tells the clients of one endpoint apart. */
  readonly id: string;
  /**
   * The name of what it proved to have; nothing where it has nothing, or may be anybody. A key is called as its file in
   * the folder of allowed keys (`desk` for `desk.pub`), or by itself where it was listed or is the server's own; a token
   * as its line in the file of tokens.
   */
  readonly key: string | undefined;
  /** Where it connects from, where the transport tells. */
  readonly address: string | undefined;
  /** The address of its computer, where it says less than the id of which client it is; for bounds. */
  readonly host?: string | undefined;
  /**
   * The client that asks for it, as a gateway does for browsers: `key` and `address` are that one's, and the id begins
   * with that one's and `/`. Left out where it asks for itself.
   */
  readonly via?: ClientIdentity | undefined;
  /** What {@link via} says of whom it asks for: nobody has proved it, so give no rights by it. */
  readonly told?: RepresentedCaller | undefined;
}

/** A request as it came in. */
export interface IncomingRequest {
  readonly client: ClientIdentity;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  readonly body: Received;
  /** The frame behind the body, with the arrays that it refers to; nothing where there is none. */
  readonly data?: Uint8Array | undefined;
  /** What it took on its way, without envelopes; of requests that came together, an even share of the whole. */
  readonly bytes: number;
  /** Sends the reply; once. The frames are sent without a copy: leave them alone afterwards. */
  reply(frames: readonly Frame[]): void;
  /** Sends something before the reply. While it waits to leave, the next takes its place: a slow client gets the newest. */
  progress(frame: Frame): void;
}

/** What an endpoint serves. */
export interface RequestHandler {
  /** Takes every request; must not throw. */
  handle(request: IncomingRequest): void;
  /** Clients whose departure matters now: those with calls that wait or run. */
  attended(): Iterable<ClientIdentity>;
}

/** Somebody now subscribes to a signal, told for each who does; or nobody does any more. */
export interface SubscriptionChange {
  /** Its name; nothing stands for all signals, as an original's client subscribes. */
  readonly signal: string | undefined;
  readonly subscribed: boolean;
}

/** The server's side of a transport. */
export interface RpcEndpoint {
  /** Where clients connect, with the port that was taken. */
  readonly url: string;
  /** The largest frame that is taken, in bytes. Clients are told, and are sent none that is larger. */
  readonly maxMessageBytes: number;
  /** The port of the signals (plantimager RPC); 0 where the transport has none of its own. */
  readonly signalPort: number;
  /** What this transport adds, by the names that the inventory gives it. */
  readonly features: readonly string[];
  /** How many clients are connected; nothing where the transport does not tell. */
  readonly clientCount: number | undefined;
  /** Signals that begin or cease to be wanted. */
  readonly subscriptions$: Observable<SubscriptionChange>;
  /** Clients that are gone, of those that may still have calls waiting or running. Each is told once. */
  readonly departed$: Observable<ClientIdentity>;

  /**
   * Sends a frame of a signal to all who subscribed to it.
   *
   * @param data - Goes behind it, to those who can read it.
   * @returns How many of them miss it, because they left too many unread; as far as the transport tells.
   */
  publish(signal: string, frame: Frame, data?: Uint8Array): number;

  /**
   * Resolves when the subscriptions that a client made before have arrived.
   *
   * @param token - What the client marked them by, where they travel apart from requests; else nothing to go by.
   * @returns Whether they came within the time, in milliseconds.
   */
  subscriptionsArrived(token: string | undefined, timeoutMs: number): Promise<boolean>;

  /** Where a client may connect instead, and what it gets in by; nothing where it may not. Left out: nobody may. */
  offerLocalRoad?(client: ClientIdentity): LocalRoadOffer | undefined;

  /** Takes no more requests, sends the replies that are ready, and closes. Idempotent. */
  close(): Promise<void>;
}

/** The server's side of a transport, as it is opened. */
export interface ServerTransport {
  /**
   * @throws AddressError if the URL cannot be bound; KeyError if keys cannot be used.
   */
  listen(url: string, handler: RequestHandler, options: EndpointOptions, log: Logger): Promise<RpcEndpoint>;
}

export interface EndpointOptions extends WebAccess {
  /**
   * The server's keys and who may connect; `"plain"` for everybody. Default: what the environment says (`RIGWIRE_KEYS`,
   * `RIGWIRE_ALLOW`), or everybody, with a warning where others than this computer's users can connect.
   */
  readonly security?: ServerSecurity | Plain;
  /**
   * The port of the signals, where a firewall lets certain ports through. Clients learn it from the device. Default: a
   * free one, in 10000 to 12000 where there is one. Only for `tcp:`.
   */
  readonly signalPort?: number;
  /**
   * Whether clients of this computer and of the same user are offered a quicker road, a Unix socket in the user's
   * runtime folder (a named pipe on Windows), where the device is served at `tcp:` or `ipc:`. They move to it by
   * themselves, and are known there by what they proved before. Default true.
   */
  readonly local?: boolean;
  /** The largest message that is taken and sent, in bytes. Default 64 MiB. Clients have a limit of their own. */
  readonly maxMessageBytes?: number;
  /**
   * The longest JSON text that is taken and sent, in bytes; at the same time it bounds how much a text may hold, so that
   * none holds the device up. Buffers are no text. Clients have a limit of their own. Default 4 MiB.
   */
  readonly maxTextBytes?: number;
  /** A client that says nothing for this long, not even to a heartbeat, is lost, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number;
  /** Signals that may wait for a slow subscriber; what comes beyond it misses, and is told. Default 10,000. */
  readonly signalHighWaterMark?: number;
  /** Replies handed over for a client that has not taken them; more wait in this process. Default 64, with keys 8. */
  readonly replyHighWaterMark?: number;
  /**
   * What may wait besides for a client that does not read its replies, in bytes. Beyond, its requests are neither
   * carried out nor answered until it reads. Default 64 MiB.
   */
  readonly maxUnreadReplyBytes?: number;
}
