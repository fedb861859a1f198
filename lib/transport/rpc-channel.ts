import { type ClientSecurity, type Plain } from "../security/credentials";
import { type Observable } from "rxjs";
import { type ErrorPlace } from "../errors";
import { type ReceivedReply } from "../wire/message";
import { type LocalRoadOffer } from "../wire/local-road-offer";
import { type Road, type ServerAnnouncement, type SignalFrames } from "./connection";
import { type ServerAbilities } from "./exchange";
import { type Located } from "./located";
import { type PendingCall } from "./pending-call";
import { type NatsOptions } from "../nats/nats-options";
import { type WebCredentials } from "./web-access";

/** Where a channel stands. A channel connects when it is first used and goes on by itself after a loss. */
export type ChannelState<Peer> =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly problem: string | undefined }
  /**
   * `road` is how it is connected, where that is not what the URL says. `problem` is why it does not answer, or why its
   * signals do not come for now; nothing where all is well.
   */
  | {
      readonly kind: "connected";
      readonly peer: Peer;
      readonly url: string;
      readonly road?: Road;
      readonly problem?: string;
    }
  | { readonly kind: "closed" };

/** A request that is asked for once and has no object of its own. */
export interface SimpleRequest {
  /** What it is about, for errors. */
  readonly place: ErrorPlace;
  /** How long the caller waits altogether, in milliseconds. */
  readonly timeoutMs: number;
  readonly body: string;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/** The client's side of what a service is asked over: requests with one reply each, and signals, across reconnects. */
export interface RpcChannel<Peer> {
  readonly state$: Observable<ChannelState<Peer>>;

  /**
   * Sends at most once, and only to a device that is connected. The call is told how it ended: with a reply, or with
   * BusyError if too many requests wait already; DeviceUnavailableError if it was not connected in time, or
   * AuthenticationError if the two do not trust each other's keys: nothing was sent; RpcTimeoutError,
   * ConnectionLostError or CallAbortedError: it may or may not have been carried out.
   */
  send(call: PendingCall<Peer>): void;

  /**
   * The same for a caller without an object of its own.
   *
   * @returns The frames of the reply.
   * @throws as {@link send} ends a call.
   */
  request(request: SimpleRequest): Promise<ReceivedReply>;

  /**
   * The frames of a signal, for as long as it is subscribed, across reconnects. Frames of other signals may be among
   * them, where the transport cannot tell them apart. Requests made after a subscription wait until the peer has it.
   */
  subscribe(signal: string): Observable<SignalFrames>;

  /** Ends everything that waits. Idempotent. */
  close(): Promise<void>;
}

/** Sends one request on the connection that is being made, and waits for its reply. */
export type Ask = (body: string, what: string) => Promise<ReceivedReply>;

/** What a channel has to know of the protocol that is spoken over it. */
export interface ChannelProtocol<Peer> {
  /**
   * Learns who is at the other end; no request leaves before. Must be harmless to repeat.
   *
   * @param verify - Is told who it is; what it throws ends the connection.
   */
  handshake(ask: Ask, verify?: Located["verify"]): Promise<Peer>;
  /** What the peer told of itself that a transport needs; nothing by an original. */
  announcement(peer: Peer): ServerAnnouncement | undefined;
  /** Asks where a client of the peer's own computer may connect instead; nothing where the peer offers no such place. */
  askLocalRoad?(peer: Peer, ask: Ask): Promise<LocalRoadOffer | undefined>;
  /** What it understands. Left out: nothing beyond the originals. */
  abilities?(peer: Peer): ServerAbilities;
  /** When the peer is to be asked again for what changes with time, in milliseconds; nothing or left out: never. */
  refreshAfterMs?(peer: Peer): number | undefined;
  /** Asks again. A failure counts for nothing: the next time may succeed. */
  refresh?(peer: Peer, ask: Ask): Promise<void>;
  /** Whether a deadline that is so far off can be stamped well enough; if not, the peer is asked again first. */
  isClockGoodFor?(peer: Peer, remainingMs: number): boolean;
  /** What the peer, asked a moment ago, is known to be held up by, for the error of the request with this number. */
  holdup?(peer: Peer, id: string): string | undefined;
  /** What every frame of a signal begins with. */
  beginningOf(signal: string): string;
  /** What the frame that tells the end of a signal begins with. Left out: nothing tells it. */
  beginningOfEnd?(signal: string): string;
  /** Asks a peer that announced nothing where it publishes; at most once a connection. */
  askSignalPort(ask: Ask): Promise<number>;
  /** A signal is being subscribed on the present connection. */
  subscribing?(signal: string): void;
  /**
   * Waits until the peer knows what was subscribed so far; requests wait with it, so that a caller who subscribes and
   * then calls gets the signals of that call.
   *
   * @param token - What the peer recognises the subscriptions by, where they travel apart from requests.
   */
  confirmSubscriptions(peer: Peer, ask: Ask, token: string | undefined): Promise<void>;
  /**
   * Compares what came with what the peer sent. Left out: it does not count.
   *
   * @param progress - Nothing where signals and replies arrive in the order in which they left.
   * @returns Whether all is accounted for; else it is to be asked again.
   */
  countSignals?(peer: Peer, ask: Ask, progress: SignalProgress | undefined): Promise<boolean>;
}

/** How far the signals have come that were sent so far, where signals and replies travel apart. */
export interface SignalProgress {
  /** Goes with the question, so that the peer can mark the place behind what it counted. */
  readonly token: string | undefined;
  /** To be asked when the peer has answered: whether everything before its answer has come by, or never will. */
  readonly caughtUp: () => Promise<boolean>;
}

/**
 * Where a device is now; asked for before every attempt to connect.
 *
 * @param signal - Ends the search.
 * @param tell - Gets the reason if the search takes its time.
 * @returns Its URL, or the URL with a check of who answers there.
 */
export type Locate = (signal: AbortSignal, tell: (problem: string) => void) => Promise<string | Located>;

export interface ChannelOptions extends WebCredentials {
  /**
   * The client's keys and the one that the server must have; `"plain"` for none. Default: what the environment says
   * (`RIGWIRE_KEYS`, `RIGWIRE_SERVER_KEY`), or none.
   */
  readonly security?: ClientSecurity | Plain;
  /** The largest message that is taken, in bytes. Default 64 MiB. What may be sent is the device's limit. */
  readonly maxMessageBytes?: number;
  /**
   * The longest JSON text that is taken, in bytes; at the same time it bounds how much a text may hold. Buffers are no
   * text. What may be sent is the device's limit. Default 4 MiB.
   */
  readonly maxTextBytes?: number;
  /** A peer that says nothing for this long, not even to a heartbeat, is lost, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number;
  /**
   * Requests that may wait for a connection or a reply; one more fails at once with a `BusyError`. Methods that are
   * `concurrent`, and those that interrupt, have as much room of their own. Default 4,096.
   */
  readonly maxPendingRequests?: number;
  /** Signals that may wait to be read in this process; what comes beyond is missed, and reported. Default 10,000. */
  readonly signalHighWaterMark?: number;
  /**
   * Whether a device of this computer is used over the quick road that it offers (see `local` of `serve`). It is taken
   * before anything is asked of the device, wherever it can be; what the device is known by stays its URL. `false` keeps
   * to the URL: to look at what passes there, or to cut it. Default true.
   */
  readonly local?: boolean;
  /** How `nats:` URLs get to their servers. Default: as the URL and the environment say (`RIGWIRE_NATS_…`). */
  readonly nats?: NatsOptions;
  /** How long a reply to the handshake is waited for, in milliseconds. Default 1,000. */
  readonly handshakeTimeoutMs?: number;
}
