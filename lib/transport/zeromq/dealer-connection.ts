import { setImmediate as nextTurn } from "node:timers/promises";
import { Dealer } from "zeromq";
import { messageOf } from "../../errors";
import { decodeReplyBatch, isBatch, takesBatches } from "../../wire/batch";
import { type ReceivedReply } from "../../wire/message";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";
import { type ChannelOptions } from "../rpc-channel";
import { curveClientOptions } from "./curve-client-options";
import { connectSocket, ONE_CONNECTION } from "./connect-socket";
import { makeSocket } from "./make-socket";
import { resolveHost } from "./resolve-host";
import { RequestOutbox, type WaitingRequest } from "./request-outbox";
import { peerSocketOptions } from "./socket-options";
import { SocketSender } from "./socket-sender";

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 1_000;

/** Who waits for a reply. Exactly one of the two is called, unless the request was abandoned. */
export interface ReplyHandler {
  onReply(reply: ReceivedReply): void;
  /**
   * @param wasSent - Whether any of it may have reached the peer.
   * @param url - Where it was sent.
   */
  onLost(reason: string, wasSent: boolean, url: string): void;
}

/** A request on one connection, until its reply. */
class PendingRequest implements WaitingRequest {
  isDropped = false;
  isSent = false;

  constructor(
    private readonly connection: DealerConnection,
    readonly id: number,
    readonly body: string,
    /** Nobody where the request was abandoned: its reply is still owed, but nobody waits for it. */
    public handler: ReplyHandler | undefined,
  ) {}

  /** Gives it up. @returns Whether any of it may have reached the peer. */
  abandon(): boolean {
    return this.connection.abandon(this);
  }
}

/**
 * One connection to one server: a DEALER socket that lives exactly as long. Nothing outlives it: what was not sent is
 * discarded with the socket, so that a device that comes back finds no old command.
 */
export class DealerConnection {
  /** Resolves with the reason when the connection is gone. */
  readonly lost: Promise<string>;
  private readonly socket: Dealer;
  private readonly outbox = new RequestOutbox();
  private readonly sender: SocketSender;
  /** What the peer owes a reply to, the oldest first. */
  private readonly pending = new Map<number, PendingRequest>();
  private nextId = 1;
  private cancellation: ((id: string) => string | undefined) | undefined;
  /** Messages so far. */
  private received = 0;
  private isEnding = false;
  private tellLost: (reason: string) => void = () => undefined;

  private constructor(
    /** What people know the peer by. */
    readonly url: string,
    /** Where it is, with the host as a number. */
    readonly target: string,
    private readonly options: ChannelOptions,
  ) {
    const socketOptions = {
      ...peerSocketOptions(target, options),
      ...curveClientOptions(target, options.security),
      ...ONE_CONNECTION,
    };
    this.socket = makeSocket(() => new Dealer(socketOptions));
    this.sender = new SocketSender(this.socket, this.outbox, (error) => this.end(messageOf(error)));
    this.lost = new Promise((resolve) => (this.tellLost = resolve));
  }

  /**
   * @throws AuthenticationError where the keys are the reason; else Error with the reason in a few words.
   */
  static async open(url: string, options: ChannelOptions, signal: AbortSignal): Promise<DealerConnection> {
    const target = await resolveHost(url, signal);
    signal.throwIfAborted();
    const connection = new DealerConnection(url, target, options);
    const close = () => connection.end("the client closed");
    signal.addEventListener("abort", close, { once: true });
    void connection.lost.then(() => signal.removeEventListener("abort", close));
    try {
      await connectSocket(connection.socket, target, options.security, {
        onLost: (reason) => void connection.endWhenRead(reason),
      });
    } catch (error) {
      connection.end(messageOf(error));
      throw error;
    }
    void connection.receive();
    return connection;
  }

  /** Takes no more requests. */
  get isClosed(): boolean {
    return this.isEnding;
  }

  /** Sends a request. */
  request(body: string, handler: ReplyHandler): PendingRequest {
    const request = new PendingRequest(this, this.nextId++, body, handler);
    if (this.isClosed) {
      handler.onLost("the connection was closed", false, this.url);
      return request;
    }
    this.outbox.add(request);
    this.pending.set(request.id, request);
    this.sender.wake();
    return request;
  }

  /**
   * Gives a request up: it is not sent if it still waits, and its reply is dropped; where it was sent, the peer is told.
   *
   * @returns Whether any of it may have reached the peer.
   */
  abandon(request: PendingRequest): boolean {
    request.handler = undefined;
    request.isDropped = true;
    if (!request.isSent) this.pending.delete(request.id);
    else this.tell(this.cancellation?.(String(request.id)));
    return request.isSent;
  }

  /**
   * Asks what a connection needs to know. The time for the reply runs only while nothing older is owed: an original
   * does one thing after the other, and must not lose its connection over a method that takes long.
   *
   * @param what - The question, for the error.
   * @throws Error with the reason in a few words.
   */
  ask(body: string, what: string): Promise<ReceivedReply> {
    const timeoutMs = this.options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const handler: ReplyHandler = {
        onReply: (frames) => {
          clearTimeout(timer);
          resolve(frames);
        },
        onLost: (reason) => {
          clearTimeout(timer);
          reject(new Error(reason));
        },
      };
      const isNext = () => this.pending.values().next().value?.handler === handler;
      const wait = (wasNext: boolean): NodeJS.Timeout =>
        setTimeout(() => {
          if (!wasNext) {
            timer = wait(isNext());
            return;
          }
          request.abandon();
          reject(new Error(`no reply to ${what} within ${timeoutMs} ms`));
        }, timeoutMs);
      const request = this.request(body, handler);
      if (!this.isClosed) timer = wait(isNext());
    });
  }

  /** Ends the connection; whoever waits for a reply is told the reason. Twice is fine. */
  end(reason: string): void {
    if (this.socket.closed) return;
    this.isEnding = true;
    this.socket.close();
    this.tellLost(reason);
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { handler, isSent } of pending) handler?.onLost(reason, isSent, this.url);
  }

  /**
   * The peer is gone, but its last replies may still lie here: what tells of the end is quicker than they are. A turn of
   * the event loop without any is the end of them.
   */
  private async endWhenRead(reason: string): Promise<void> {
    this.isEnding = true;
    let before: number;
    do {
      before = this.received;
      await nextTurn();
      await nextTurn();
    } while (this.received > before);
    this.end(reason);
  }

  /**
   * What the peer understands, known after the handshake.
   *
   * @param peer.takesBatches - Requests that wait together leave in one message from now on, if this side takes such
   *   messages as well.
   * @param peer.cancellation - Tells it that nobody waits for a request any more.
   */
  understands(peer: { takesBatches: boolean; cancellation: (id: string) => string | undefined }): void {
    const { maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES } = this.options;
    this.outbox.takesBatches = peer.takesBatches && takesBatches(maxMessageBytes);
    this.cancellation = peer.cancellation;
  }

  /** Sends what has no reply. */
  private tell(body: string | undefined): void {
    if (body === undefined || this.isClosed) return;
    this.outbox.addNotice(body);
    this.sender.wake();
  }

  private async receive(): Promise<void> {
    try {
      for await (const frames of this.socket) this.receiveMessage(frames);
    } catch (error) {
      this.end(messageOf(error));
    }
  }

  private receiveMessage([id, ...frames]: readonly Buffer[]): void {
    this.received += 1;
    if (id === undefined) return;
    const [first, ...rest] = frames;
    if (id.length === 0 && first !== undefined && rest.length === 0 && isBatch(first)) {
      // Who got a reply often goes on with another request.
      this.sender.expectMore();
      for (const element of decodeReplyBatch(first)) this.settle(element.id, [element.message]);
    } else if (first?.length === 0) {
      this.settle(Number(id.toString("latin1")), rest);
    }
  }

  private settle(id: number, reply: ReceivedReply): void {
    const request = this.pending.get(id);
    this.pending.delete(id);
    request?.handler?.onReply(reply);
  }
}
