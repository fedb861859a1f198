import { connect, Socket } from "node:net";
import { type Frame } from "../../../wire/frame";
import { HEAVY_TEXT_BYTES, TURN_BYTES } from "../../text-turns";
import { NoAnswerError, obstacleOf } from "../connect-obstacle";
import { Liveness } from "./liveness";
import { decodeCommand, PING, pongFor, propertiesOf, readyOf } from "./commands";
import { FrameReader, ProtocolViolation } from "./frame-reader";
import { encodeCommandFrame, encodeMessage } from "./frames";
import { GREETING_BYTES, isPlainGreeting, PLAIN_GREETING } from "./greeting";
import { type StreamAddress } from "./stream-address";

/** Longer is no command of anybody's. */
const MAX_COMMAND_BYTES = 4 * 1024;

/** More parts than any request of anybody's has: an envelope, a body and what belongs to it. */
const MAX_PARTS = 64;

/** What is in the socket for a peer that does not read may be so large, in bytes, before it counts as full. */
const FULL_BYTES = 1024 * 1024;

/** Memory that a client gets for a frame before its bytes have come. */
const RESERVED_FOR_STRANGERS_BYTES = 64 * 1024;

/** Messages of one peer are handled for so long at most before the others have their turn, in milliseconds. */
const TURN_MS = 10;

/** A peer that reads takes no longer to close its side when this one has ended, in milliseconds. */
const FAREWELL_MS = 100;

const PING_FRAME = encodeCommandFrame(PING);

export interface ZmtpConnectionOptions {
  /** The own type, as `READY` tells it. */
  readonly socketType: string;
  /** Types that may connect. */
  readonly peerTypes: ReadonlySet<string>;
  /** Of a message, all of its parts together. */
  readonly maxMessageBytes: number;
  /** Messages handed to the socket and not yet on their way, at most. */
  readonly highWaterMark: number;
  /** A peer that does not shake hands within it is dropped, in milliseconds. */
  readonly handshakeTimeoutMs: number;
  /** A peer that the system does not reach within it is given up, in milliseconds. Default: `handshakeTimeoutMs`. */
  readonly connectTimeoutMs?: number;
  /** Silence after which a peer is lost, in milliseconds. Nothing for one that may be silent. */
  readonly heartbeatMs: number | undefined;
}

export interface ZmtpReceiver {
  /** A message came. Where it returns a promise, the next one of this connection waits for it. */
  onMessage(frames: readonly Buffer[]): Promise<void> | void;
  /** The bytes of messages that are not complete yet became more, or fewer. */
  onUnfinished(change: number): void;
  /** There is room again after `isFull` was seen. */
  onRoom(): void;
  /** The peer shook hands. */
  onOpen?(): void;
  /** A command came that is none of the connection itself. */
  onCommand?(name: string, body: Buffer): void;
  /** It is over; called once, whoever ended it. */
  onClosed(cause: Error): void;
}

/** A peer without keys at the other end of a stream: ZMTP 3 (ZeroMQ RFC 23), messages in and out. */
export class ZmtpConnection {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private parts: Buffer[] = [];
  private partBytes = 0;
  private state: "greeting" | "ready" | "open" | "closed" = "greeting";
  /** A message is being handled: the next one waits. */
  private isHeld = false;
  /** Of the texts that came since the others had their turn: while a socket is full its reads follow each other. */
  private turnBytes = 0;
  private unsent = 0;
  private wasFull = false;
  private reported = 0;
  private isConnected: boolean;
  private hasOpened = false;
  private timer: NodeJS.Timeout;
  private liveness: Liveness | undefined;

  /** @param peer - Where to connect, or who has connected. */
  constructor(
    peer: Socket | StreamAddress,
    private readonly options: ZmtpConnectionOptions,
    private readonly receiver: ZmtpReceiver,
  ) {
    const isStranger = peer instanceof Socket;
    this.reader = new FrameReader({
      maxFrameBytes: () => this.maxFrameBytes(),
      reservedBytes: isStranger ? RESERVED_FOR_STRANGERS_BYTES : options.maxMessageBytes,
    });
    const socket = isStranger ? this.listenTo(peer) : this.connectTo(peer);
    this.socket = socket;
    this.isConnected = !socket.connecting;
    socket.setNoDelay(true);
    socket.on("error", (error) => this.destroy(this.isConnected ? undefined : obstacleOf(error)));
    socket.on("connect", () => this.connected());
    socket.on("close", () => this.destroy());
    socket.on("end", () => this.destroy());
    socket.write(PLAIN_GREETING);
    const { handshakeTimeoutMs, connectTimeoutMs = handshakeTimeoutMs } = options;
    this.timer = this.giveUpAfter(this.isConnected ? handshakeTimeoutMs : connectTimeoutMs);
  }

  /** Bytes of messages that came and are not complete yet. */
  get unfinishedBytes(): number {
    return this.state === "closed" ? 0 : this.partBytes + this.reader.waitingBytes;
  }

  /** The peer has not taken what was sent to it. */
  get isFull(): boolean {
    return (
      this.unsent > 0 &&
      (this.unsent >= this.options.highWaterMark || this.socket.writableLength > FULL_BYTES)
    );
  }

  /** The system has taken everything that was sent. */
  get isDrained(): boolean {
    return this.socket.writableLength === 0;
  }

  get isOpen(): boolean {
    return this.state === "open";
  }

  /** Where the peer is, as a number; nothing over a local socket. */
  get peerAddress(): string | undefined {
    return this.socket.remoteAddress;
  }

  /** Whether the system ever connected it. */
  get wasConnected(): boolean {
    return this.isConnected;
  }

  /** Whether the peer ever shook hands. */
  get wasOpen(): boolean {
    return this.hasOpened;
  }

  /** The caller has looked at {@link isFull}. */
  send(frames: readonly Frame[]): void {
    const pieces = encodeMessage(frames);
    this.unsent += 1;
    const sent = () => this.sent();
    if (pieces.length === 1 && pieces[0] !== undefined) {
      this.socket.write(pieces[0], sent);
      return;
    }
    this.socket.cork();
    for (const [index, piece] of pieces.entries()) {
      if (index === pieces.length - 1) this.socket.write(piece, sent);
      else this.socket.write(piece);
    }
    this.socket.uncork();
  }

  /**
   * Sends messages as `encodeMessage` made them, leaving {@link isFull} to the caller.
   *
   * @param onSent - Called when the system has taken them, or the connection is over.
   */
  sendEncoded(messages: Uint8Array, onSent: () => void): void {
    this.socket.write(messages, onSent);
  }

  /** What makes the caller's next `send` wait is told by `onRoom`. */
  markFull(): void {
    this.wasFull = true;
  }

  /** Sends what it has, for so long at most, in milliseconds; takes nothing more. */
  async end(lingerMs: number): Promise<void> {
    if (this.state === "closed") return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lingerMs);
      this.socket.end(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    await this.leftByPeer();
    this.destroy();
  }

  /** So that whoever calls after this side has closed knows that it is. */
  private async leftByPeer(): Promise<void> {
    if (this.state === "closed") return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FAREWELL_MS);
      this.socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  destroy(cause = new Error("the peer went away")): void {
    if (this.state === "closed") return;
    this.state = "closed";
    clearTimeout(this.timer);
    this.liveness?.end();
    this.socket.destroy();
    this.reportUnfinished();
    this.receiver.onClosed(cause);
  }

  private listenTo(socket: Socket): Socket {
    return socket.on("data", (piece: Buffer) => {
      this.reader.add(piece);
      this.receive();
    });
  }

  /** A large frame is read to where it stays; Node offers that only to the side that connects. */
  private connectTo(address: StreamAddress): Socket {
    const buffer = () => this.reader.room();
    const callback = (bytes: number) => {
      this.reader.filled(bytes);
      this.receive();
      return !this.isPaused();
    };
    return connect({ ...address, onread: { buffer, callback } });
  }

  private connected(): void {
    this.isConnected = true;
    clearTimeout(this.timer);
    this.timer = this.giveUpAfter(this.options.handshakeTimeoutMs);
  }

  private giveUpAfter(timeoutMs: number): NodeJS.Timeout {
    return setTimeout(() => this.destroy(new NoAnswerError("no answer")), timeoutMs).unref();
  }

  private sent(): void {
    this.unsent -= 1;
    if (!this.wasFull || this.isFull || this.state === "closed") return;
    this.wasFull = false;
    this.receiver.onRoom();
  }

  private maxFrameBytes(): number {
    return this.state === "open" ? this.options.maxMessageBytes : MAX_COMMAND_BYTES;
  }

  private receive(): void {
    this.readOn();
    this.reportUnfinished();
  }

  private reportUnfinished(): void {
    const bytes = this.unfinishedBytes;
    const change = bytes - this.reported;
    this.reported = bytes;
    if (change !== 0) this.receiver.onUnfinished(change);
  }

  private readOn(): void {
    try {
      const until = performance.now() + TURN_MS;
      while (!this.isHeld && this.step()) {
        if (this.turnBytes >= TURN_BYTES || performance.now() > until) this.goOnLater();
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.destroy(error);
    }
  }

  /** @returns Whether there may be more to read. */
  private step(): boolean {
    if (this.state === "closed") return false;
    if (this.state === "greeting") return this.readGreeting();
    const frame = this.reader.next();
    if (frame === undefined) return false;
    if (frame.isCommand) this.receiveCommand(frame.body);
    else this.receivePart(frame.body, frame.hasMore);
    return true;
  }

  private readGreeting(): boolean {
    const bytes = this.reader.peek(GREETING_BYTES);
    if (!isPlainGreeting(bytes)) throw new ProtocolViolation("this is no plain ZMTP 3");
    if (bytes.length < GREETING_BYTES) return false;
    this.reader.skip(GREETING_BYTES);
    this.state = "ready";
    this.socket.write(encodeCommandFrame(readyOf(this.options.socketType)));
    return true;
  }

  private receiveCommand(frame: Buffer): void {
    const command = frame.length > MAX_COMMAND_BYTES ? undefined : decodeCommand(frame);
    if (command === undefined) throw new ProtocolViolation("a command cannot be read");
    if (this.state === "ready") this.receiveReady(command.name, command.body);
    else if (command.name === "PING") this.answer(command.body);
    else if (command.name === "ERROR") throw new ProtocolViolation("the peer reports an error");
    else this.receiver.onCommand?.(command.name, command.body);
  }

  private receiveReady(name: string, body: Buffer): void {
    const type = name === "READY" ? propertiesOf(body)?.get("socket-type") : undefined;
    if (type === undefined || !this.options.peerTypes.has(type)) {
      throw new ProtocolViolation("the peer is of a type that is not served");
    }
    this.state = "open";
    clearTimeout(this.timer);
    this.hasOpened = true;
    if (this.options.heartbeatMs !== undefined) this.watch(this.options.heartbeatMs);
    this.receiver.onOpen?.();
  }

  private watch(heartbeatMs: number): void {
    this.liveness = new Liveness(this.socket, heartbeatMs, {
      isHeld: () => this.isHeld,
      ping: () => this.socket.write(PING_FRAME),
      onLost: () => this.destroy(),
    });
  }

  /** Not where the peer sends pings and reads no answer. */
  private answer(ping: Buffer): void {
    if (this.socket.writableLength < FULL_BYTES) this.socket.write(encodeCommandFrame(pongFor(ping)));
  }

  private receivePart(body: Buffer, hasMore: boolean): void {
    if (this.state !== "open") throw new ProtocolViolation("a message came before the handshake");
    this.partBytes += body.length;
    this.parts.push(body);
    if (this.parts.length > MAX_PARTS || this.partBytes > this.options.maxMessageBytes + MAX_COMMAND_BYTES) {
      throw new ProtocolViolation("a message is larger than is taken");
    }
    if (hasMore) return;
    const message = this.parts;
    if (this.partBytes < HEAVY_TEXT_BYTES) this.turnBytes += this.partBytes;
    this.parts = [];
    this.partBytes = 0;
    const handling = this.receiver.onMessage(message);
    if (handling !== undefined) this.hold(handling);
  }

  private hold(handling: Promise<void>): void {
    this.pause();
    const goOn = () => this.goOn();
    handling.then(goOn, goOn);
  }

  /** So that the others of the process have their turn. */
  private goOnLater(): void {
    // One that handles a message goes on by itself.
    if (this.isHeld) return;
    this.turnBytes = 0;
    this.pause();
    setImmediate(() => this.goOn());
  }

  private pause(): void {
    this.isHeld = true;
    this.socket.pause();
  }

  /** It may be, again, after what was just read. */
  private isPaused(): boolean {
    return this.isHeld || this.state === "closed";
  }

  private goOn(): void {
    this.isHeld = false;
    this.readOn();
    // Only then: what came is read before more is.
    if (!this.isPaused()) this.socket.resume();
    this.reportUnfinished();
  }
}
