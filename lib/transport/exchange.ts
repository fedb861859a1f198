import { messageOf } from "../errors";
import { type Bytes, type Timer } from "../platform/platform";
import { deferred } from "../time/deferred";
import { decodeReplyBatch, isBatch, takesBatches } from "../wire/batch";
import { type ReceivedReply } from "../wire/message";
import { isProgress } from "../wire/progress";
import {
  type ClientTransport,
  type Connection,
  type ConnectionOptions,
  type ConnectionProtocol,
  type ConnectionReceiver,
  type ServerAnnouncement,
} from "./connection";
import { NumberedRequests } from "./numbered-requests";
import { type RequestMessage, type RequestParcel, RequestQueue, type WaitingRequest } from "./request-queue";
import { Sender } from "./sender";
import { turnOf } from "./text-turns";

/** So many of what was given up are remembered as owed; a reply to what is forgotten is dropped all the same. */
const MAX_GIVEN_UP = 4_096;

/**
 * A request from when it is handed over until its reply. Exactly one of `onReply` and `onLost` is called, unless it was
 * dropped.
 */
export interface SentRequest extends WaitingRequest {
  /** Its number on the connection, given when it is handed over. */
  id: number;
  /** Nobody waits for it any more. */
  isDropped: boolean;
  onReply(reply: ReceivedReply): void;
  /** Something came before the reply. Left out: it is dropped. */
  onProgress?(message: ReceivedReply): void;
  /**
   * @param wasSent - Whether any of it may have reached the server.
   * @param url - Where it was sent.
   */
  onLost(reason: string, wasSent: boolean, url: string): void;
}

/** What a server understands, known after the handshake. */
export interface ServerAbilities {
  /** Requests that wait together may leave in one message. */
  readonly takesBatches: boolean;
  /**
   * What tells it that nobody waits for a request any more; nothing if it would not understand.
   *
   * @param isCallerLost - Not given up by its caller, who is gone.
   */
  cancellation(id: string, isCallerLost?: boolean): string | undefined;
}

/** Gets what concerns a connection besides replies. */
export type ExchangeListener = Pick<ConnectionReceiver, "onSignal" | "onSignalsBack"> &
  Partial<Pick<ConnectionReceiver, "onSignalsLost">>;

/** Requests and replies over one connection: numbered, batched, matched, and ended with it. */
export class Exchange {
  private connection: Connection | undefined;
  private readonly queue = new RequestQueue();
  private readonly sender: Sender<RequestParcel, RequestMessage>;
  /** What the server owes a reply to; nothing in the place of what was given up. */
  private readonly pending = new NumberedRequests<SentRequest>();
  /** Of those in `pending`, the ones that were given up. */
  private readonly givenUp = new Set<number>();
  /** Replies of a batch were handed over, and whoever waited for them goes on. */
  private isSettling = false;
  /** What came meanwhile. */
  private readonly inbox: { readonly id: number | undefined; readonly frames: readonly Bytes[] }[] = [];
  private nextId = 1;
  private abilities: ServerAbilities | undefined;
  private readonly ending = deferred<string>();
  /** Resolves with the reason when the connection is gone, whoever ended it. */
  readonly lost = this.ending.promise;
  private isEnded = false;
  private receiver: ConnectionReceiver | undefined;
  /** Called whenever a message comes. */
  onHeard: (() => void) | undefined;

  private constructor(
    private readonly options: ConnectionOptions,
    private readonly handshakeTimeoutMs: number,
  ) {
    this.sender = new Sender(this, this.queue, (error) => this.end(messageOf(error)));
  }

  /**
   * @throws AuthenticationError where the two sides do not trust each other; else Error with the reason in a few words.
   */
  static async open(
    transport: ClientTransport,
    url: string,
    makeProtocol: (exchange: Exchange) => ConnectionProtocol,
    listener: ExchangeListener,
    options: ConnectionOptions & { readonly handshakeTimeoutMs: number },
    signal: AbortSignal,
  ): Promise<Exchange> {
    const exchange = new Exchange(options, options.handshakeTimeoutMs);
    const receiver: ConnectionReceiver = (exchange.receiver = {
      onMessage: (id, frames) => exchange.receive(id, frames),
      onSignal: (signal, frame, data) => listener.onSignal(signal, frame, data),
      onSignalsLost: (reason) => listener.onSignalsLost?.(reason),
      onSignalsBack: () => listener.onSignalsBack(),
      onLost: (reason) => exchange.end(reason),
    });
    exchange.connection = await transport.connect(url, makeProtocol(exchange), receiver, options, signal);
    if (exchange.isEnded) exchange.connection.end();
    return exchange;
  }

  /** What people know the server by. */
  get url(): string {
    return this.open.url;
  }

  /** How the server is reached, where that is not what its URL says. */
  get road(): Connection["road"] {
    return this.open.road;
  }

  /** Whether the server is on this computer, as far as its address tells. */
  get isLocal(): boolean {
    return this.open.isLocal === true;
  }

  get signals(): Connection["signals"] {
    return this.open.signals;
  }

  /** Takes no more requests. */
  get isClosed(): boolean {
    return this.isEnded || this.open.isClosed;
  }

  /** Sends a request. */
  request(request: SentRequest): void {
    request.id = this.nextId++;
    if (this.isClosed) {
      request.onLost("the connection was closed", false, this.url);
      return;
    }
    this.queue.add(request);
    this.pending.set(request.id, request);
    this.sender.wake();
  }

  /** @internal Hands a message to the connection. */
  send({ id, frames }: RequestMessage): Promise<void> | undefined {
    return this.open.send(id, frames);
  }

  /**
   * Gives a request up: it is not sent if it still waits, and its reply is dropped; where it was sent, the server is
   * told.
   *
   * @param isCallerLost - Not given up by its caller, who is gone.
   * @returns Whether any of it may have reached the server.
   */
  abandon(request: SentRequest, isCallerLost = false): boolean {
    request.isDropped = true;
    if (!request.isSent) {
      this.pending.delete(request.id);
      this.queue.delete(request);
      return false;
    }
    this.forget(request.id);
    this.notify(this.abilities?.cancellation(String(request.id), isCallerLost));
    return true;
  }

  /** Tells the server that a request which was sent is given up; its reply is handed out as ever. */
  cancel(request: SentRequest): void {
    if (request.isSent) this.notify(this.abilities?.cancellation(String(request.id)));
  }

  /**
   * Asks what a connection needs to know. The time for the reply runs only while nothing older is owed: an original
   * does one thing after the other, and must not lose its connection over a method that takes long.
   *
   * @param what - The question, for the error.
   * @throws Error with the reason in a few words.
   */
  ask(body: string, what: string): Promise<ReceivedReply> {
    const timeoutMs = this.handshakeTimeoutMs;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const question: SentRequest = {
        id: 0,
        body,
        isDropped: false,
        isSent: false,
        onReply: (frames) => {
          clearTimeout(timer);
          resolve(frames);
        },
        onLost: (reason) => {
          clearTimeout(timer);
          reject(new Error(reason));
        },
      };
      const isNext = () => this.pending.oldest === question.id;
      const wait = (wasNext: boolean): Timer =>
        setTimeout(() => {
          if (!wasNext) {
            timer = wait(isNext());
            return;
          }
          this.abandon(question);
          reject(new Error(`no reply to ${what} within ${timeoutMs} ms`));
        }, timeoutMs);
      this.request(question);
      if (!this.isClosed) timer = wait(isNext());
    });
  }

  /**
   * Goes over to another connection to the same server, and ends the one before. Only while nothing is under way.
   *
   * @param connect - Makes it; what is lost of it before it is taken is not told.
   * @param signal - Ends the attempt.
   * @throws what `connect` throws: all stays as it was.
   */
  async move(
    connect: (receiver: ConnectionReceiver) => Promise<Connection>,
    signal: AbortSignal,
  ): Promise<void> {
    const { receiver } = this;
    if (receiver === undefined) return;
    let isTaken = false;
    const next = await connect({
      ...receiver,
      // Until it is taken, the one before is as good as it was.
      onLost: (reason) => {
        if (isTaken) receiver.onLost(reason);
      },
    });
    if (signal.aborted || this.isClosed || next.isClosed || this.pending.size > 0) {
      next.end();
      return;
    }
    isTaken = true;
    this.connection?.end();
    this.connection = next;
  }

  /** What the server told of itself, for the transport. */
  introduce(server: ServerAnnouncement | undefined): void {
    this.open.introduce(server);
  }

  /** What the server understands; batches are sent from now on if this side takes such messages as well. */
  understands(abilities: ServerAbilities): void {
    this.abilities = abilities;
    this.queue.takesBatches =
      abilities.takesBatches && takesBatches(this.options.maxMessageBytes, this.options.maxTextBytes);
  }

  /** Ends the connection; whoever waits for a reply gets the reason. Idempotent. */
  end(reason: string): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.takeAll();
    this.ending.resolve(reason);
    this.connection?.end();
    for (const request of this.pending.takeAll()) request?.onLost(reason, request.isSent, this.url);
  }

  private get open(): Connection {
    if (this.connection === undefined) throw new Error("the connection is not open yet");
    return this.connection;
  }

  /** Sends what has no reply. */
  private notify(body: string | undefined): void {
    if (body === undefined || this.isClosed) return;
    this.queue.addNotice(body);
    this.sender.wake();
  }

  private receive(id: number | undefined, frames: readonly Bytes[]): void {
    this.onHeard?.();
    if (this.isSettling) this.inbox.push({ id, frames });
    else this.take(id, frames);
  }

  private take(id: number | undefined, frames: readonly Bytes[]): void {
    if (id !== undefined) {
      this.settle(id, frames);
      return;
    }
    const [batch, ...others] = frames;
    if (batch === undefined || others.length > 0 || !isBatch(batch)) return;
    // Who got a reply often goes on with another request.
    this.sender.expectMore();
    this.settleAll(batch);
    // Those go on first, so that the server has something to do while the next batch is read.
    this.isSettling = true;
    void Promise.resolve().then(() => this.takeOn());
  }

  private takeOn(): void {
    this.isSettling = false;
    for (let next = this.inbox.shift(); next !== undefined; next = this.inbox.shift()) {
      this.take(next.id, next.frames);
      if (this.isWaiting()) return;
    }
  }

  /** Any message may be a batch, for whose callers the next one waits. */
  private isWaiting(): boolean {
    return this.isSettling;
  }

  /** What came before the end counts. */
  private takeAll(): void {
    for (const { id, frames } of this.inbox.splice(0)) this.take(id, frames);
  }

  /** Where a batch is broken, nobody knows which replies were in it. */
  private settleAll(batch: Bytes): void {
    let replies: ReturnType<typeof decodeReplyBatch>;
    try {
      replies = decodeReplyBatch(batch, this.options.maxTextBytes);
    } catch (error) {
      this.end(messageOf(error));
      return;
    }
    for (const { id, message } of replies) this.settle(id, [message]);
    this.queue.expect(replies.length, this.pending.size);
  }

  /** Its reply is still owed, but the request need not be kept for it; nor every number, where none is answered. */
  private forget(id: number): void {
    if (!this.pending.has(id)) return;
    this.pending.set(id, undefined);
    this.givenUp.add(id);
    const [oldest] = this.givenUp;
    if (this.givenUp.size <= MAX_GIVEN_UP || oldest === undefined) return;
    this.givenUp.delete(oldest);
    this.pending.delete(oldest);
  }

  private settle(id: number, reply: ReceivedReply): void {
    const request = this.pending.get(id);
    if (isProgress(reply)) {
      request?.onProgress?.(reply);
      return;
    }
    this.pending.delete(id);
    if (request === undefined) {
      this.givenUp.delete(id);
      return;
    }
    const turn = turnOf(reply[0]);
    if (turn === undefined) {
      request.onReply(reply);
      return;
    }
    void turn.then(() => {
      if (!request.isDropped) request.onReply(reply);
    });
  }
}
