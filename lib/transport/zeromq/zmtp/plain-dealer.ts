import { deferred } from "../../../time/deferred";
import { type Frame } from "../../../wire/frame";
import { type ConnectionOptions } from "../../connection";
import { DEFAULT_HEARTBEAT_MS } from "../../heartbeat";
import { NoAnswerError } from "../connect-obstacle";
import { closedError } from "../handshake-failure";
import { peerMechanism } from "../peer-mechanism";
import { refusedMessage } from "../refused-message";
import { type ReplyReceiver, type RequestSocket } from "../request-socket";
import { ProtocolViolation } from "./frame-reader";
import { streamAddress } from "./stream-address";
import { ZmtpConnection } from "./zmtp-connection";

/** Types that a DEALER talks to (ZeroMQ RFC 28). */
const PEER_TYPES: ReadonlySet<string> = new Set(["ROUTER", "REP", "DEALER"]);

/** A server that takes a connection but says nothing is given up after this time, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 3_000;

/** Longer than the 3 s after which the system gives up a host that is not there, and tells why. */
const CONNECT_TIMEOUT_MS = 3_500;

const PLAIN = "NULL";

/** Requests handed to the socket and not yet on their way, at most; those that wait above it can be taken back. */
const HIGH_WATER_MARK = 1_000;

/**
 * A DEALER towards a server without keys, over TCP or a local socket. It is written here and not ZeroMQ's, since
 * ZeroMQ's heartbeats do not see a frame in parts: an image that takes long on a slow link ends the connection. Here a
 * connection on which bytes arrive is alive, and no message passes through another thread.
 */
export class PlainDealer implements RequestSocket {
  private connection: ZmtpConnection | undefined;
  private isClosed = false;
  private room = deferred();

  constructor(
    private readonly url: string,
    private readonly options: ConnectionOptions,
    private readonly receiver: ReplyReceiver,
  ) {}

  get closed(): boolean {
    return this.isClosed;
  }

  async open(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      throw await this.obstacle(error);
    }
  }

  send(message: readonly Frame[]): Promise<void> | undefined {
    const { connection } = this;
    if (connection?.isOpen !== true) throw new Error("the peer went away");
    connection.send(message);
    if (!connection.isFull) return undefined;
    connection.markFull();
    this.room = deferred();
    return this.room.promise;
  }

  close(): void {
    this.isClosed = true;
    this.connection?.destroy();
  }

  private connect(): Promise<void> {
    const { maxMessageBytes, heartbeatMs = DEFAULT_HEARTBEAT_MS } = this.options;
    return new Promise((resolve, reject) => {
      this.connection = new ZmtpConnection(
        streamAddress(this.url),
        {
          socketType: "DEALER",
          peerTypes: PEER_TYPES,
          maxMessageBytes,
          heartbeatMs,
          highWaterMark: HIGH_WATER_MARK,
          handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
          connectTimeoutMs: CONNECT_TIMEOUT_MS,
        },
        {
          onOpen: resolve,
          onMessage: (frames) => {
            if (!this.isClosed) this.receiver.onMessage(frames);
          },
          onUnfinished: () => undefined,
          onRoom: () => this.room.resolve(),
          onClosed: (cause) => {
            this.closedBy(cause);
            reject(cause);
          },
        },
      );
    });
  }

  private closedBy(cause: Error): void {
    this.room.resolve();
    if (this.isClosed || this.connection?.wasOpen !== true) return;
    this.isClosed = true;
    const isRefused = cause instanceof ProtocolViolation;
    this.receiver.onLost(isRefused ? refusedMessage("reply", this.options) : cause.message);
  }

  /** Who closes a handshake does not say why; what the peer greets with does. */
  private async obstacle(cause: unknown): Promise<unknown> {
    if (this.isClosed) return new Error("closed");
    if (cause instanceof NoAnswerError || this.connection?.wasConnected !== true) return cause;
    const mechanism = await peerMechanism(this.url);
    return cause instanceof ProtocolViolation && mechanism === PLAIN
      ? new Error(`the peer speaks another protocol: ${cause.message}`)
      : closedError("plain", mechanism);
  }
}
