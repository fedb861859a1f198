import { type ConnectionOptions } from "../../connection";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { type SignalReceiver, type SignalSocket } from "../signal-socket";
import { ProtocolViolation } from "./frame-reader";
import { streamAddress } from "./stream-address";
import { ZmtpConnection } from "./zmtp-connection";

const PEER_TYPES: ReadonlySet<string> = new Set(["PUB", "XPUB"]);

const SUBSCRIBE = "\x01";
const UNSUBSCRIBE = "\x00";

/** A publisher that takes a connection but says nothing is given up after this time, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Between two attempts to get a lost connection back, in milliseconds. */
const RETRY_MS = 100;

/** Topics are short, and none may be refused: that it takes them is the publisher's business. */
const UNLIMITED = Infinity;

/**
 * A SUB socket towards a publisher without keys. It is written here and not ZeroMQ's, since a SUB socket of ZeroMQ's
 * makes the process abort where heartbeats meet a full queue: a subscriber that is slower than the signals, or stood
 * still for a while. This one has no queue: what is not read yet waits at the publisher, which bounds it.
 */
export class PlainSubscriber implements SignalSocket {
  private readonly topics = new Map<string, number>();
  private connection: ZmtpConnection | undefined;
  private isClosed = false;
  private wasOpen = false;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly url: string,
    private readonly options: ConnectionOptions,
    private readonly receiver: SignalReceiver,
  ) {}

  async open(): Promise<void> {
    await this.connect();
  }

  subscribe(topic: string): void {
    const count = this.topics.get(topic) ?? 0;
    this.topics.set(topic, count + 1);
    if (count === 0) this.tell(SUBSCRIBE, topic);
  }

  unsubscribe(topic: string): void {
    const count = this.topics.get(topic) ?? 0;
    if (count > 1) this.topics.set(topic, count - 1);
    else if (this.topics.delete(topic)) this.tell(UNSUBSCRIBE, topic);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retryTimer);
    this.connection?.destroy();
  }

  private tell(change: string, topic: string): void {
    if (this.connection?.isOpen === true) this.connection.send([change + topic]);
  }

  /** Resolves when the publisher has shaken hands and was told the topics so far. */
  private connect(): Promise<void> {
    const { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS } = this.options;
    return new Promise((resolve, reject) => {
      const connection = new ZmtpConnection(
        streamAddress(this.url),
        {
          socketType: "SUB",
          peerTypes: PEER_TYPES,
          maxMessageBytes,
          heartbeatMs,
          highWaterMark: UNLIMITED,
          handshakeTimeoutMs: CONNECT_TIMEOUT_MS,
        },
        {
          onOpen: () => {
            this.opened();
            resolve();
          },
          onMessage: ([frame, data]) => {
            if (frame !== undefined && !this.isClosed) this.receiver.onFrame(frame, data);
          },
          onUnfinished: () => undefined,
          onRoom: () => undefined,
          onClosed: (cause) => {
            if (connection.wasOpen && !this.isClosed) this.lost(cause);
            reject(this.isClosed ? new Error("closed") : cause);
          },
        },
      );
      this.connection = connection;
    });
  }

  private opened(): void {
    for (const topic of this.topics.keys()) this.tell(SUBSCRIBE, topic);
    if (this.wasOpen) this.receiver.onBack();
    this.wasOpen = true;
  }

  private lost(cause: Error): void {
    if (cause instanceof ProtocolViolation) {
      this.receiver.onRefused();
      return;
    }
    this.receiver.onLost(cause.message);
    if (!this.isClosed) this.comeBackLater();
  }

  private comeBackLater(): void {
    this.retryTimer = setTimeout(() => void this.comeBack(), RETRY_MS);
  }

  private async comeBack(): Promise<void> {
    try {
      await this.connect();
    } catch {
      if (!this.isClosed) this.comeBackLater();
    }
  }
}
