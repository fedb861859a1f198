import { Subject, type Observable } from "rxjs";
import { Router, XPublisher } from "zeromq";
import { defaultLogger, type Logger } from "../../log";
import { formatAddress } from "../address";
import { type Frame } from "../../wire/frame";
import {
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type TopicEvent,
} from "../rpc-endpoint";
import { bindSocket } from "./bind-socket";
import { inprocBound, inprocClosed } from "./inproc-endpoints";
import { SendQueue } from "./send-queue";
import { signalAddress } from "./signal-address";
import { peerSocketOptions, SIGNAL_HIGH_WATER_MARK } from "./socket-options";

/** More frames than this before the empty delimiter is no envelope of anybody's. */
const MAX_ENVELOPE_FRAMES = 8;

/**
 * An endpoint over ZeroMQ: a ROUTER that serves REQ and DEALER clients alike, and an XPUB for the signals.
 */
export class ZeroMqEndpoint implements RpcEndpoint {
  private readonly topics = new Subject<TopicEvent>();
  readonly topics$: Observable<TopicEvent> = this.topics.asObservable();
  private readonly replies: SendQueue;
  private readonly signals: SendQueue;
  private closing: Promise<void> | undefined;

  private constructor(
    readonly url: string,
    readonly signalPort: number,
    private readonly router: Router,
    private readonly publisher: XPublisher,
    private readonly handle: RequestHandler,
    private readonly log: Logger,
  ) {
    this.replies = new SendQueue(router, (error) =>
      log.debug({ err: error }, "a reply could not be delivered"),
    );
    this.signals = new SendQueue(publisher, (error) =>
      log.warn({ err: error }, "a signal could not be published"),
    );
    void this.receiveRequests();
    void this.receiveTopics();
  }

  /**
   * @throws AddressError if it cannot be bound.
   */
  static async open(
    url: string,
    handle: RequestHandler,
    options: EndpointOptions = {},
    log: Logger = defaultLogger(),
  ): Promise<ZeroMqEndpoint> {
    const common = peerSocketOptions(url, options);
    // Replies must not be discarded at a full pipe: how many there can be is bounded where calls are accepted.
    const router = new Router({ ...common, mandatory: true, sendHighWaterMark: 0 });
    const publisher = new XPublisher({ ...common, sendHighWaterMark: SIGNAL_HIGH_WATER_MARK });
    try {
      const address = await bindSocket(router, url);
      const bound = formatAddress(address);
      const signalUrl =
        address.scheme === "tcp" ? formatAddress({ ...address, port: undefined }) : signalAddress(bound, 0);
      const signals = await bindSocket(publisher, signalUrl);
      const signalPort = signals.scheme === "tcp" ? (signals.port ?? 0) : 0;
      for (const each of [bound, signalUrl]) if (each.startsWith("inproc:")) inprocBound(each);
      return new ZeroMqEndpoint(bound, signalPort, router, publisher, handle, log);
    } catch (error) {
      router.close();
      publisher.close();
      throw error;
    }
  }

  publish(frame: Frame): void {
    if (!this.publisher.closed) this.signals.push([frame]);
  }

  close(): Promise<void> {
    this.closing ??= this.flushAndClose();
    return this.closing;
  }

  private async flushAndClose(): Promise<void> {
    await this.replies.flushed();
    await this.signals.flushed();
    // What was handed over may still be on its way out of the process.
    for (const socket of [this.router, this.publisher]) {
      socket.linger = LINGER_MS;
      socket.close();
    }
    for (const url of [this.url, signalAddress(this.url, 0)])
      if (url.startsWith("inproc:")) inprocClosed(url);
    this.topics.complete();
  }

  private async receiveRequests(): Promise<void> {
    for await (const frames of this.router) {
      const delimiter = frames.findIndex((frame, index) => index > 0 && frame.length === 0);
      if (delimiter < 0 || delimiter > MAX_ENVELOPE_FRAMES) {
        this.log.debug({ frames: frames.length }, "a message without an envelope was dropped");
        continue;
      }
      const envelope = frames.slice(0, delimiter + 1);
      this.handle({
        client: envelope[0]?.toString("latin1") ?? "",
        id: delimiter > 1 ? (envelope[delimiter - 1]?.toString("latin1") ?? "") : "",
        body: frames.length === delimiter + 2 ? (frames[delimiter + 1] ?? EMPTY) : EMPTY,
        reply: (reply) => {
          if (!this.router.closed) this.replies.push([...envelope, ...reply]);
        },
      });
    }
  }

  private async receiveTopics(): Promise<void> {
    for await (const [frame] of this.publisher) {
      const flag = frame?.[0];
      if (frame === undefined || (flag !== SUBSCRIBED && flag !== UNSUBSCRIBED)) continue;
      this.topics.next({ topic: frame.toString("utf8", 1), subscribed: flag === SUBSCRIBED });
    }
  }
}

const EMPTY = Buffer.alloc(0);
const LINGER_MS = 500;
const UNSUBSCRIBED = 0;
const SUBSCRIBED = 1;
