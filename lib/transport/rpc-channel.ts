import { type Observable } from "rxjs";
import { type ErrorPlace } from "../errors";
import { type ClientSecurity, type Plain } from "../security/security-options";
import { type ReceivedReply } from "../wire/message";

/** Where a channel stands. A channel connects when it is first used and goes on by itself after a loss. */
export type ChannelState<Peer> =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly problem: string | undefined }
  | { readonly kind: "connected"; readonly peer: Peer; readonly url: string }
  | { readonly kind: "closed" };

/** A request whose text is made when it leaves, so that it fits the device that is connected then. */
export interface OutgoingRequest<Peer> {
  /** What it is about, for errors. */
  readonly place: ErrorPlace;
  /** How long the caller waits altogether, in milliseconds; null waits for ever once it is connected. */
  timeoutMs(peer: Peer | undefined): number | null;
  /**
   * @param until - When the caller's time is over, on the clock of `performance.now()`; null for never.
   * @throws whatever the request shall fail with.
   */
  encode(peer: Peer, until: number | null): string;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/** Who waits for a reply; exactly one of the two is called, once. */
export interface Caller {
  /** @param frames - Of the reply. */
  succeed(frames: ReceivedReply): void;
  fail(error: unknown): void;
}

/** The client's side of a transport: requests with one reply each, and signals. */
export interface RpcChannel<Peer> {
  readonly state$: Observable<ChannelState<Peer>>;

  /**
   * Sends at most once, and only to a device that is connected.
   *
   * @returns The frames of the reply.
   * @throws BusyError if too many requests wait already.
   * @throws DeviceUnavailableError if it was not connected in time: nothing was sent.
   * @throws AuthenticationError if the two do not trust each other's keys: nothing was sent.
   * @throws RpcTimeoutError, ConnectionLostError or CallAbortedError: it may or may not have been carried out.
   */
  request(request: OutgoingRequest<Peer>): Promise<ReceivedReply>;

  /** The same for a caller that needs no promise in between. */
  send(request: OutgoingRequest<Peer>, caller: Caller): void;

  /**
   * Frames that begin with a topic, for as long as it is subscribed, across reconnects. Requests made after a
   * subscription wait until the peer has it.
   *
   * @param topic - Called anew for every connection.
   */
  subscribe(topic: (peer: Peer) => string): Observable<Buffer>;

  /** Ends everything that waits. Twice is fine. */
  close(): Promise<void>;
}

/** Sends one request on the connection that is being made, and waits for its reply. */
export type Ask = (body: string, what: string) => Promise<ReceivedReply>;

/** What a channel has to know of the protocol that is spoken over it. */
export interface ChannelProtocol<Peer> {
  /** Learns who is at the other end; no request leaves before. Must be harmless to repeat. */
  handshake(ask: Ask): Promise<Peer>;
  /** When the peer is to be asked again for what changes with time, in milliseconds; nothing or left out: never. */
  refreshAfterMs?(peer: Peer): number | undefined;
  /** Asks again. A failure counts for nothing: the next time may succeed. */
  refresh?(peer: Peer, ask: Ask): Promise<void>;
  /** Whether the peer takes several requests in one message. Left out: never. */
  takesBatches?(peer: Peer): boolean;
  /** What tells the peer that nobody waits for a reply any more; nothing if it would not understand. */
  cancellation?(peer: Peer, id: string): string | undefined;
  /** The port where the peer publishes; asked for at most once a connection, when something is first subscribed. */
  signalPort(peer: Peer, ask: Ask): Promise<number>;
  /**
   * Waits until the peer knows what was subscribed so far; requests wait with it, so that a caller who subscribes and
   * then calls gets the signals of that call.
   *
   * @param subscribe - Subscribes to one more topic; gives the way to unsubscribe.
   */
  confirmSubscriptions(peer: Peer, ask: Ask, subscribe: (topic: string) => () => void): Promise<void>;
}

/**
 * Where a device is now; asked for before every attempt to connect.
 *
 * @param signal - Ends the search.
 * @param tell - Gets the reason if the search takes its time.
 */
export type Locate = (signal: AbortSignal, tell: (problem: string) => void) => Promise<string>;

export interface ChannelOptions {
  /**
   * The client's keys and the one that the server must have; `"plain"` for none. Default: what the environment says
   * (`RIGWIRE_KEYS`, `RIGWIRE_SERVER_KEY`), or none.
   */
  readonly security?: ClientSecurity | Plain;
  /** The largest message that is taken, in bytes. Default 64 MiB. What may be sent is the device's limit. */
  readonly maxMessageBytes?: number;
  /** A peer that says nothing for this long, not even to a heartbeat, is lost, in milliseconds. Default 5 000. */
  readonly heartbeatMs?: number;
  /** Requests that may wait for a connection or a reply; one more fails at once with a `BusyError`. Default 4 096. */
  readonly maxPendingRequests?: number;
  /** Signals that may wait to be read in this process; what comes beyond is missed, and told. Default 10 000. */
  readonly signalHighWaterMark?: number;
  /** How long a reply to the handshake is waited for, in milliseconds. Default 1 000. */
  readonly handshakeTimeoutMs?: number;
}
