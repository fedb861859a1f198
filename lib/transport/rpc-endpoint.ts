import { type Observable } from "rxjs";
import { type Plain, type ServerSecurity } from "../security/security-options";
import { type Frame } from "../wire/frame";
import { type Received } from "../wire/message";

/** A request as it came in. */
export interface IncomingRequest {
  /** Tells the clients of one endpoint apart, for as long as they are connected. */
  readonly client: string;
  /** The client's own name for the request; empty where it gave none. */
  readonly id: string;
  readonly body: Received;
  /** Sends the reply; once. The frames are sent without a copy: leave them alone afterwards. */
  reply(frames: readonly Frame[]): void;
}

/** Takes every request; must not throw. */
export type RequestHandler = (request: IncomingRequest) => void;

/** Somebody now subscribes to a topic, or nobody does any more. */
export interface TopicEvent {
  readonly topic: string;
  readonly subscribed: boolean;
}

/** The server's side of a transport. */
export interface RpcEndpoint {
  /** Where clients connect, with the port that was taken. */
  readonly url: string;
  /** The largest frame that is taken, in bytes. Clients are told, and are sent none that is larger. */
  readonly maxMessageBytes: number;
  /** The port of the signals; 0 where the transport has no ports. */
  readonly signalPort: number;
  /** Whether several requests may come in one message. */
  readonly takesBatches: boolean;
  readonly topics$: Observable<TopicEvent>;
  /** Sends a frame to all who subscribed to a beginning of it. */
  publish(frame: Frame): void;
  /** Takes no more requests, sends the replies that are ready, and closes. Twice is fine. */
  close(): Promise<void>;
}

export interface EndpointOptions {
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
  /** The largest message that is taken and sent, in bytes. Default 64 MiB. Clients have a limit of their own. */
  readonly maxMessageBytes?: number;
  /** A client that says nothing for this long, not even to a heartbeat, is lost, in milliseconds. Default 5 000. */
  readonly heartbeatMs?: number;
  /** Signals that may wait for a slow subscriber; what comes beyond it misses, and is told. Default 10 000. */
  readonly signalHighWaterMark?: number;
  /** Replies handed over for a client that has not taken them; more wait in this process. Default 64. */
  readonly replyHighWaterMark?: number;
  /**
   * What may wait besides for a client that does not read its replies, in bytes. Beyond, its requests are neither
   * carried out nor answered until it reads. Default 64 MiB.
   */
  readonly maxUnreadReplyBytes?: number;
}
