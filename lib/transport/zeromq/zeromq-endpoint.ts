import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { Subject, type Observable } from "rxjs";
import { Router, XPublisher } from "zeromq";
import { BurstLog } from "../../burst-log";
import { defaultLogger, type Logger } from "../../log";
import { formatAddress } from "../address";
import {
  decodeRequestBatch,
  isBatch,
  PLENTY,
  takesBatches,
  type BatchElement,
  type RequestBatch,
} from "../../wire/batch";
import { failed, refusal, type Failure } from "../../wire/failures";
import { failureReply } from "../../wire/replies";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../message-limit";
import { type Frame } from "../../wire/frame";
import {
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type TopicEvent,
} from "../rpc-endpoint";
import { addressReleased, bindSocket, removeSocketFile } from "./bind-socket";
import { watchDescriptors } from "./descriptor-watch";
import { openGuard, type EndpointGuard } from "./endpoint-guard";
import { warnIfExposed } from "./exposure";
import { inprocBound, inprocClosed } from "./inproc-endpoints";
import { makeSocket } from "./make-socket";
import { receiveAll } from "./receive-all";
import { ReplyOutbox } from "./reply-outbox";
import { signalAddress } from "./signal-address";
import {
  DEFAULT_MAX_UNREAD_REPLY_BYTES,
  DEFAULT_REPLY_HIGH_WATER_MARK,
  DEFAULT_SIGNAL_HIGH_WATER_MARK,
  peerSocketOptions,
} from "./socket-options";
import { SocketSender } from "./socket-sender";

/** More frames than this before the empty delimiter is no envelope of anybody's. */
const MAX_ENVELOPE_FRAMES = 8;

/**
 * An endpoint over ZeroMQ: a ROUTER that serves REQ and DEALER clients alike, and an XPUB for the signals.
 */
export class ZeroMqEndpoint implements RpcEndpoint {
  private readonly topics = new Subject<TopicEvent>();
  readonly topics$: Observable<TopicEvent> = this.topics.asObservable();
  readonly takesBatches: boolean;
  private readonly replies: ReplyOutbox;
  private readonly replySender: SocketSender;
  private readonly log: BurstLog;
  private readonly endDescriptorWatch: () => void;
  private closing: Promise<void> | undefined;

  private constructor(
    readonly url: string,
    readonly signalPort: number,
    readonly maxMessageBytes: number,
    private readonly router: Router,
    private readonly publisher: XPublisher,
    private readonly guard: EndpointGuard,
    private readonly handle: RequestHandler,
    maxUnreadBytes: number,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
    this.takesBatches = takesBatches(maxMessageBytes);
    this.replies = new ReplyOutbox({
      maxUnreadBytes,
      onRetry: () => this.replySender.wake(),
      onDropped: (reason) => this.log.debug({ reason }, "a reply could not be delivered"),
    });
    this.replySender = new SocketSender(router, this.replies, (error) =>
      this.log.debug({ err: error }, "a reply could not be delivered"),
    );
    this.endDescriptorWatch = watchDescriptors(this.log);
    void receiveAll(router, (frames) => this.receiveRequest(frames));
    void receiveAll(publisher, (frames) => this.receiveTopic(frames));
  }

  /**
   * @throws AddressError if it cannot be bound, KeyError if its keys cannot be used.
   */
  static async open(
    url: string,
    handle: RequestHandler,
    options: EndpointOptions = {},
    log: Logger = defaultLogger(),
  ): Promise<ZeroMqEndpoint> {
    const guard = await openGuard(options.security, log);
    try {
      return await ZeroMqEndpoint.openGuarded(url, handle, options, log, guard);
    } catch (error) {
      guard.close();
      throw error;
    }
  }

  private static async openGuarded(
    url: string,
    handle: RequestHandler,
    options: EndpointOptions,
    log: Logger,
    guard: EndpointGuard,
  ): Promise<ZeroMqEndpoint> {
    const common = { ...peerSocketOptions(url, options), ...guard.socketOptions(url) };
    const {
      replyHighWaterMark = DEFAULT_REPLY_HIGH_WATER_MARK,
      signalHighWaterMark = DEFAULT_SIGNAL_HIGH_WATER_MARK,
      maxUnreadReplyBytes = DEFAULT_MAX_UNREAD_REPLY_BYTES,
    } = options;
    // Replies must not be discarded at a full pipe, as a ROUTER does by default, nor hold up those to other clients:
    // it refuses them at once, and they wait in the outbox.
    const routerOptions = {
      ...common,
      mandatory: true,
      sendTimeout: 0,
      sendHighWaterMark: replyHighWaterMark,
    };
    const router = makeSocket(() => new Router(routerOptions));
    let publisher: XPublisher | undefined;
    try {
      publisher = makeSocket(
        () => new XPublisher({ ...common, sendTimeout: 0, sendHighWaterMark: signalHighWaterMark }),
      );
      const address = await bindSocket(router, url);
      const bound = formatAddress(address);
      const signalUrl =
        address.scheme === "tcp"
          ? formatAddress({ ...address, port: options.signalPort })
          : signalAddress(bound, 0);
      const signals = await bindSocket(publisher, signalUrl);
      const signalPort = signals.scheme === "tcp" ? (signals.port ?? 0) : 0;
      for (const each of [bound, signalUrl]) if (each.startsWith("inproc:")) inprocBound(each);
      if (guard.isOpenByDefault) warnIfExposed(bound, log);
      return new ZeroMqEndpoint(
        bound,
        signalPort,
        options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
        router,
        publisher,
        guard,
        handle,
        maxUnreadReplyBytes,
        log,
      );
    } catch (error) {
      router.close();
      publisher?.close();
      throw error;
    }
  }

  publish(frame: Frame): void {
    if (this.publisher.closed) return;
    // A publisher never waits: with a send timeout of 0 the binding is done when it returns, and takes the next at once.
    this.publisher.send([frame]).catch((error: unknown) => {
      this.log.warn({ err: error }, "a signal could not be published");
    });
  }

  close(): Promise<void> {
    this.closing ??= this.flushAndClose();
    return this.closing;
  }

  private async flushAndClose(): Promise<void> {
    this.endDescriptorWatch();
    await this.replySender.flushed();
    await this.replies.drained(LINGER_MS);
    const urls = [this.url, signalAddress(this.url, 0)];
    // Before the sockets close: afterwards the path may be another server's.
    await Promise.all(urls.map(removeSocketFile));
    const sockets = [this.router, this.publisher];
    const released = Promise.all(sockets.map((socket, index) => addressReleased(socket, urls[index] ?? "")));
    // What was handed over may still be on its way out of the process.
    for (const socket of sockets) {
      socket.linger = LINGER_MS;
      socket.close();
    }
    for (const url of urls) if (url.startsWith("inproc:")) inprocClosed(url);
    this.topics.complete();
    this.guard.close();
    await within(released, 2 * LINGER_MS);
  }

  private receiveRequest(frames: readonly Buffer[]): Promise<void> | undefined {
    const delimiter = frames.findIndex((frame, index) => index > 0 && frame.length === 0);
    if (delimiter < 0 || delimiter > MAX_ENVELOPE_FRAMES) {
      this.log.debug({ frames: frames.length }, "a message without an envelope was dropped");
      return undefined;
    }
    const envelope = frames.slice(0, delimiter + 1);
    if (this.replies.isOverfull(latin1(envelope[0]))) {
      this.log.warn({}, "a client does not read its replies: its requests are dropped until it does");
      return undefined;
    }
    const body = frames.length === delimiter + 2 ? (frames[delimiter + 1] ?? EMPTY) : EMPTY;
    if (isBatch(body)) return this.handleBatch(envelope, body);
    this.handleOne(envelope, body);
    return undefined;
  }

  private async handleBatch(envelope: readonly Buffer[], body: Buffer): Promise<void> {
    let batch: RequestBatch | undefined;
    try {
      batch = decodeRequestBatch(body);
    } catch (error) {
      this.refuse(envelope, refusal(error));
      return;
    }
    if (batch === undefined) {
      // What is no batch is answered as any request that cannot be read.
      this.handleOne(envelope, body);
      return;
    }
    const { requests, nameless } = batch;
    const client = latin1(envelope[0]);
    this.replySender.expectMore();
    for (const [index, request] of requests.entries()) {
      this.handleElement(client, envelope, request);
      // So that the replies so far can leave, and the client has something to do meanwhile.
      if (index % PLENTY === PLENTY - 1) await Promise.resolve();
      if (index % LONG_BATCH === LONG_BATCH - 1) await nextTurn();
    }
    if (nameless > 0) this.refuse(envelope, failed(`${nameless} of the batch ${NO_REQUESTS}`));
  }

  private refuse(envelope: readonly Buffer[], failure: Failure): void {
    this.replies.add(latin1(envelope[0]), envelope, failureReply(failure));
    this.replySender.wake();
  }

  private handleOne(envelope: readonly Buffer[], body: Buffer): void {
    const client = latin1(envelope[0]);
    this.handle({
      client,
      id: envelope.length > 2 ? latin1(envelope.at(-2)) : "",
      body,
      reply: (frames) => {
        this.replies.add(client, envelope, frames);
        this.replySender.wake();
      },
    });
  }

  private handleElement(client: string, envelope: readonly Buffer[], { id, message }: BatchElement): void {
    this.handle({
      client,
      id: String(id),
      body: message,
      reply: (frames) => {
        if (envelope.length === 2) this.replies.addBatched(client, envelope[0] ?? EMPTY, id, frames);
        // It came through a broker, which knows no other way back.
        else this.replies.add(client, [...envelope.slice(0, -1), Buffer.from(String(id)), EMPTY], frames);
        this.replySender.wake();
      },
    });
  }

  private receiveTopic([frame]: readonly Buffer[]): void {
    const flag = frame?.[0];
    if (frame === undefined || (flag !== SUBSCRIBED && flag !== UNSUBSCRIBED)) return;
    this.topics.next({ topic: frame.toString("utf8", 1), subscribed: flag === SUBSCRIBED });
  }
}

function latin1(frame: Buffer | undefined): string {
  return frame?.toString("latin1") ?? "";
}

/** Waits, but not for longer than so many milliseconds. */
async function within(work: Promise<unknown>, longestMs: number): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([work, delay(longestMs, undefined, { signal: waiting.signal })]);
  waiting.abort();
}

const NO_REQUESTS = 'are no objects with an "id", a whole number: they were not carried out';
/** After so many requests of one message everything else has its turn. */
const LONG_BATCH = 10 * PLENTY;
const EMPTY = Buffer.alloc(0);
const LINGER_MS = 500;
const UNSUBSCRIBED = 0;
const SUBSCRIBED = 1;
