import { createServer, type Socket } from "node:net";
import { type Frame } from "../../../wire/frame";
import { SECOND_FRAMES } from "../../../wire/signals";
import { type PublisherSocket, type TopicHandler } from "../publisher-socket";
import { KEEPALIVE_IDLE_S, UNTAKEN_MS } from "../socket-options";
import { bodyStart, encodeWhole } from "./frames";
import { listenAt } from "./listen-at";
import { SubscribedTopics } from "./subscribed-topics";
import { type Backlog, SubscriberQueue } from "./subscriber-queue";
import { TopicTree } from "./topic-tree";
import { ZmtpConnection } from "./zmtp-connection";

/** Types that talk to an XPUB (ZeroMQ RFC 29). */
const PEER_TYPES: ReadonlySet<string> = new Set(["SUB", "XSUB"]);

const UNSUBSCRIBED = 0;
const SUBSCRIBED = 1;

const SECOND_FRAMES_TOPIC = Buffer.from(SECOND_FRAMES);

/** A subscriber sends topics, and whatever else its program likes; nobody needs as much. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

export interface PlainPublisherOptions {
  /** Signals that may wait for a slow subscriber. */
  readonly highWaterMark: number;
  /** A peer that does not shake hands within it is dropped, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** A subscriber has more topics than are taken. */
  readonly onTopicRefused: () => void;
}

/** Somebody who is connected. */
interface Subscriber {
  readonly topics: SubscribedTopics;
  readonly queue: SubscriberQueue;
}

/**
 * An XPUB for subscribers without keys, over TCP or a local socket. It is written here and not ZeroMQ's, which bounds
 * what waits for a slow subscriber in number only, and takes any number of topics of one. A subscriber that stands still
 * is no reason to end its connection: the system tells of one that is gone.
 */
export class PlainPublisher implements PublisherSocket {
  readonly boundsTopics = true;
  private readonly server = createServer((socket) => this.accept(socket));
  private readonly subscribers = new Set<Subscriber>();
  private readonly tree = new TopicTree<SubscriberQueue>();
  private readonly backlog: Backlog = { bytes: 0 };
  private onTopic: TopicHandler | undefined;
  private isReleasing = false;

  constructor(private readonly options: PlainPublisherOptions) {
    this.server.on("error", () => undefined);
  }

  get closed(): boolean {
    return this.isReleasing;
  }

  bind(target: string): Promise<string> {
    return listenAt(this.server, target);
  }

  receive(onTopic: TopicHandler): void {
    this.onTopic = onTopic;
    for (const { topics } of this.subscribers) for (const topic of topics.all()) onTopic(topic, true);
  }

  publish(frame: Frame, data?: Uint8Array): number {
    if (this.subscribers.size === 0) return 0;
    const message = encodeWhole(frame);
    // Made when the first wants it: for whoever reads frames one by one, a second would be a message of its own.
    let both: Uint8Array | undefined;
    let missing = 0;
    for (const queue of this.tree.match(message, bodyStart(message))) {
      const takesBoth = data !== undefined && queue.takesSecondFrames;
      if (!queue.add(takesBoth ? (both ??= encodeWhole(frame, data)) : message)) missing += 1;
    }
    return missing;
  }

  async release(lingerMs: number): Promise<void> {
    this.isReleasing = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await Promise.all([...this.subscribers].map(({ queue }) => queue.end(lingerMs)));
    await closed;
  }

  private accept(socket: Socket): void {
    socket.setKeepAlive(true, KEEPALIVE_IDLE_S * 1000);
    const connection = new ZmtpConnection(
      socket,
      {
        socketType: "XPUB",
        peerTypes: PEER_TYPES,
        maxMessageBytes: MAX_MESSAGE_BYTES,
        highWaterMark: Infinity,
        handshakeTimeoutMs: this.options.handshakeTimeoutMs,
        heartbeatMs: undefined,
      },
      {
        onMessage: ([frame, ...more]) => {
          if (frame !== undefined && more.length === 0) this.receiveMessage(subscriber, frame);
        },
        onCommand: (name, body) => this.receiveCommand(subscriber, name, body),
        onUnfinished: () => undefined,
        onRoom: () => undefined,
        onClosed: () => this.remove(subscriber),
      },
    );
    const subscriber: Subscriber = {
      topics: new SubscribedTopics(),
      queue: new SubscriberQueue(connection, this.options.highWaterMark, this.backlog),
    };
    this.subscribers.add(subscriber);
    socket.setTimeout(UNTAKEN_MS, () => {
      if (socket.writableLength > 0) connection.destroy();
    });
  }

  /** Anything but a subscription means nothing to a publisher. */
  private receiveMessage(subscriber: Subscriber, frame: Buffer): void {
    if (frame[0] === SUBSCRIBED) this.subscribe(subscriber, frame.subarray(1));
    else if (frame[0] === UNSUBSCRIBED) this.unsubscribe(subscriber, frame.subarray(1));
  }

  /** As ZMTP 3.1 does it (ZeroMQ RFC 37). */
  private receiveCommand(subscriber: Subscriber, name: string, topic: Buffer): void {
    if (name === "SUBSCRIBE") this.subscribe(subscriber, topic);
    else if (name === "CANCEL") this.unsubscribe(subscriber, topic);
  }

  private subscribe({ topics, queue }: Subscriber, topic: Buffer): void {
    if (topic.equals(SECOND_FRAMES_TOPIC)) queue.takesSecondFrames = true;
    const outcome = topics.add(topic);
    if (outcome === "refused") this.options.onTopicRefused();
    if (outcome !== "added") return;
    this.tree.add(topic, queue);
    this.onTopic?.(topic, true);
  }

  private unsubscribe({ topics, queue }: Subscriber, topic: Buffer): void {
    if (topics.delete(topic)) this.forget(topic, queue);
  }

  private forget(topic: Buffer, queue: SubscriberQueue): void {
    if (this.tree.remove(topic, queue)) this.onTopic?.(topic, false);
  }

  private remove(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    subscriber.queue.discard();
    for (const topic of subscriber.topics.all()) this.forget(topic, subscriber.queue);
  }
}
