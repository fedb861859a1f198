import { type Frame } from "../wire/frame";
import { type Bytes } from "../platform/platform";
import { type NatsOptions } from "../nats/nats-options";
import { type WebCredentials } from "./web-access";

/** No device is there at the moment: whoever waits for it waits in vain, as far as can be known. */
export class NobodyServesError extends Error {}

/**
 * What one transport offers a client: a connection to one server, which lives exactly as long as it lasts. It never
 * comes back by itself, and nothing outlives it: what was not sent is discarded, so that a device that returns finds no
 * old command. Requests and replies are matched, batched and waited for above it.
 */
export interface Connection {
  /** What people know the server by. */
  readonly url: string;
  /** Takes no more messages. */
  readonly isClosed: boolean;
  /** Whether the server is on this computer, as far as its address tells. Left out: it does not tell. */
  readonly isLocal?: boolean;
  /** How it leads there, where that is not what the URL says. */
  readonly road?: Road | undefined;
  /** The way of the server's signals to this client. */
  readonly signals: SignalRoad;

  /**
   * Hands a message to the server. One message is under way at a time: the next comes when this is done.
   *
   * @param id - The client's own number for the request; nothing for a batch or a notice, which carry their numbers
   *   inside.
   * @param frames - A JSON body, and the bytes that may follow it.
   * @throws Error where the message cannot be sent: the connection is of no use any more.
   */
  send(id: number | undefined, frames: readonly Frame[]): Promise<void> | undefined;

  /**
   * The server is known: what the transport adds for it may begin.
   *
   * @param server - What it told of itself; nothing by an original.
   */
  introduce(server: ServerAnnouncement | undefined): void;

  /** Ends the connection; the receiver is told nothing any more. Idempotent. */
  end(): void;
}

/** A signal as it came: its text, and the arrays that this refers to, if there are any. */
export interface SignalFrames {
  readonly frame: Bytes;
  readonly data: Bytes | undefined;
}

/** A way to a server that is not the one of its URL: `local` is the quick one within one computer. */
export type Road = "local";

/** Who is told what comes over a connection. */
export interface ConnectionReceiver {
  /**
   * A message came.
   *
   * @param id - The number of the request that it answers; nothing where the message is a batch of replies.
   */
  onMessage(id: number | undefined, frames: readonly Bytes[]): void;

  /**
   * A signal came.
   *
   * @param signal - Its name; nothing where the transport does not know it.
   * @param data - The frame behind it, if there is one.
   */
  onSignal(signal: string | undefined, frame: Bytes, data?: Bytes): void;

  /** No signals come for now, though requests may; the transport tries to mend it. Called once until it is mended. */
  onSignalsLost(reason: string): void;

  /** Signals may have been missed while their road was away: everything counts as subscribed anew. */
  onSignalsBack(): void;

  /** No reply comes any more; called once, unless this side ended the connection. */
  onLost(reason: string): void;
}

/** The way of one server's signals to one client. Nothing is sent on it before something is subscribed. */
export interface SignalRoad {
  /** Makes the road ready, once a connection, when something is first subscribed. */
  open(): Promise<void>;
  subscribe(signal: string): void;
  unsubscribe(signal: string): void;
  /**
   * What the server recognises the subscriptions so far by, where they travel apart from requests; nothing where
   * subscriptions and requests arrive in the order in which they left.
   *
   * @returns The mark, to be released when it has served.
   */
  mark(): SignalMark | undefined;
}

/** Something of this client's own on the road of the signals. */
export interface SignalMark {
  /** Tells the server which it is. */
  readonly token: string;
  /** Resolves with true when the server sent it back: every signal before it has come by, or never will. */
  readonly cameBack: Promise<boolean>;
  /** Takes it back; what still waits for it gets false. */
  release(): void;
}

/** What a server told of itself before anything else, where a transport finds what belongs to it. */
export interface ServerAnnouncement {
  /** Where signals are published, on transports with ports. */
  readonly signalPort: number;
  readonly features: readonly string[];
}

/** What a transport needs to know of the protocol that is spoken over it. */
export interface ConnectionProtocol {
  /** What every frame of a signal begins with, for transports that filter by it. */
  beginningOf(signal: string): string;
  /** What the frame that tells the end of a signal begins with; nothing where nothing tells it. */
  beginningOfEnd?(signal: string): string | undefined;
  /** Where a server that announced nothing publishes, as an earlier connection to the same URL learned. */
  knownSignalPort(): number | undefined;
  /**
   * Asks a server that announced nothing where it publishes its signals. An original publishes each signal once more
   * for each time it is asked (plantimager RPC): once for each of its runs.
   */
  askSignalPort(): Promise<number>;
}

/** The client's side of a transport. */
export interface ClientTransport {
  /**
   * Connects, and resolves when the server has shaken hands.
   *
   * @param options - Of the channel; the transport takes what it knows.
   * @param signal - Ends the attempt.
   * @throws AuthenticationError where the two sides do not trust each other; else Error with the reason in a few words.
   */
  connect(
    url: string,
    protocol: ConnectionProtocol,
    receiver: ConnectionReceiver,
    options: ConnectionOptions,
    signal: AbortSignal,
  ): Promise<Connection>;
}

/** How a client connects. */
export interface ConnectionOptions {
  /** The largest message that is taken, in bytes. */
  readonly maxMessageBytes: number;
  /** The longest JSON text that is taken, in bytes. Default 4 MiB. */
  readonly maxTextBytes?: number | undefined;
  /** A server that says nothing for this long, not even to a heartbeat, is lost, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number | undefined;
  /** Signals that may wait to be read in this process; what comes beyond is missed, and reported. Default 10,000. */
  readonly signalHighWaterMark?: number | undefined;
  /** Whether the local road may be taken. Default true. */
  readonly local?: boolean | undefined;
  /** What a server with tokens lets this client in by. */
  readonly token?: WebCredentials["token"] | undefined;
  /** The authority that signed the server's certificate. */
  readonly ca?: WebCredentials["ca"] | undefined;
  /** How `nats:` URLs get to their servers. */
  readonly nats?: NatsOptions | undefined;
  /** What the transport's `resolveSecurity` made of the user's option. */
  readonly security?: unknown;
}
