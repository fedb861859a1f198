import { MalformedMessageError, messageOf } from "../../errors";
import { platform } from "../../platform/current";
import { type Timer } from "../../platform/platform";
import { type Frame } from "../../wire/frame";
import { type ClientIdentity } from "../endpoint";
import { type Admission, type Doorkeeper } from "./admission";
import { type OpenCarrier, type ServerCarrier } from "./carrier";
import { FrameDecoder } from "./frame-decoder";
import { KIND, MAX_PART_BYTES } from "./frame-layout";
import { FrameWriter } from "./frame-writer";
import { Heartbeat } from "./heartbeat";
import { decodeClientHello, encodeServerHello, MAX_HELLO_BYTES, STREAM_VERSION, type Refusal } from "./hello";
import { LargeReplies } from "./large-replies";
import { ReadingPace } from "./reading-pace";
import { UnreadSignals } from "./unread-signals";

/** Whoever connects and does not shake hands is dropped after this time, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 3_000;

/** The number of what has none. */
const NO_ID = 0;

/** A client whose replies have so many bytes on their way gets no more before it reads. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/** A subscriber that leaves so many bytes unread misses the signals that come then. */
const MAX_SIGNAL_BACKLOG_BYTES = 8 * 1024 * 1024;

/** More names than any device has signals; each as long as a name may be. */
const MAX_SUBSCRIPTIONS = 4_096;
const MAX_NAME_BYTES = 1_024;

/** The reply queue waits when it gets this. */
export class NoRoomError extends Error {}

/** Thrown often by a client that does not read: it needs no trace. */
const NO_ROOM = new NoRoomError("the client does not read its replies");

/** A request of a client, or a batch or a notice. */
export interface ClientMessage {
  readonly id: number;
  readonly body: Uint8Array;
  /** The arrays that the body refers to. */
  readonly data: Uint8Array | undefined;
  /** Part of it came on a way on which nothing may be commanded. */
  readonly isReadOnly: boolean;
}

/** What was read at once. */
interface Chunk {
  readonly bytes: Uint8Array;
  /** It came on a way on which nothing may be commanded. */
  readonly isReadOnly: boolean;
}

/** Who gets what comes from a client. */
export interface ClientLinkListener {
  onWelcome(link: ClientLink): void;
  /** @returns What is to be waited for before the next message is taken. */
  onMessage(link: ClientLink, message: ClientMessage): Promise<void> | undefined;
  onSubscription(link: ClientLink, signal: string, subscribed: boolean): void;
  /** There is room for replies again. */
  onRoom(link: ClientLink): void;
  /** The memory for a message that has not come whole is so many bytes now. */
  onUnfinished(link: ClientLink, bytes: number): void;
  /** It is gone; also where it was never let in. Called once. */
  onGone(link: ClientLink, reason: string): void;
}

export interface ClientLinkOptions {
  readonly maxMessageBytes: number;
  readonly signalHighWaterMark: number;
  readonly replyHighWaterMark: number;
  /** Nothing where the system tells of a client's end. */
  readonly heartbeatMs: number | undefined;
}

let links = 0;

/** One client at a server, from its connection to its end. */
export class ClientLink {
  readonly id = `stream-${++links}`;
  readonly subscriptions = new Set<string>();
  /** Who it is, once it was let in. */
  identity: ClientIdentity;
  isClosed = false;
  /** It asked for something: its end may matter to somebody. */
  hasAsked = false;
  private readonly carrier: ServerCarrier;
  private readonly writer: FrameWriter;
  private readonly decoder: FrameDecoder;
  private readonly large: LargeReplies;
  private readonly deadline: Timer;
  private phase: "greeting" | "judged" | "welcome" = "greeting";
  private heartbeat: Heartbeat | undefined;
  private isPongDue = false;
  private isFull = false;
  private isEnding = false;
  private readonly unread = new UnreadSignals();
  private readonly pace: ReadingPace;
  /** What was read and waits for its turn. */
  private chunks: Chunk[] = [];
  /** Messages that came while one before them was being taken. */
  private readonly inbox: ClientMessage[] = [];
  /** Of the bytes that are read, and of the frame which they belong to. */
  private areBytesReadOnly = false;
  private isFrameReadOnly = false;
  private isTaking = false;
  private unfinishedBytes = 0;

  constructor(
    openCarrier: OpenCarrier<ServerCarrier>,
    private readonly address: string | undefined,
    private readonly doorkeeper: Doorkeeper,
    private readonly listener: ClientLinkListener,
    private readonly options: ClientLinkOptions,
  ) {
    this.identity = { id: this.id, key: undefined, address };
    this.decoder = new FrameDecoder(MAX_HELLO_BYTES, 1, (kind, id, parts) => this.receive(kind, id, parts));
    this.carrier = openCarrier({
      onBytes: (chunk, isReadOnly = false) => this.read(chunk, isReadOnly),
      onDrain: () => this.drain(),
      onClose: (reason) => this.gone(reason),
    });
    this.pace = new ReadingPace(this.carrier, () => this.readOn());
    this.writer = new FrameWriter(this.carrier);
    this.large = new LargeReplies(this.writer);
    this.deadline = setTimeout(() => this.destroy("it did not shake hands"), HANDSHAKE_TIMEOUT_MS);
    platform().unref(this.deadline);
  }

  /**
   * Sends a message.
   *
   * @throws NoRoomError while the client does not read what it was sent before.
   */
  send(id: number, frames: readonly Frame[]): void {
    if (this.isClosed || this.isEnding) throw new Error("the client is gone");
    if (!this.hasRoom) {
      this.isFull = true;
      throw NO_ROOM;
    }
    if (LargeReplies.isLarge(frames)) this.large.add(id, frames);
    else this.writer.write(KIND.message, id, frames);
    // A batch holds what belongs together: nothing more is worth waiting for.
    if (id === NO_ID) this.writer.flush();
  }

  /**
   * Sends a signal.
   *
   * @param signal - Its parts, or encoded as a frame where several clients get the same.
   * @returns False where the client left too much unread: then it misses it.
   */
  signal(signal: readonly Frame[] | Uint8Array): boolean {
    const { writer, unread } = this;
    const { backlog } = writer;
    if (backlog > MAX_SIGNAL_BACKLOG_BYTES) return false;
    if (unread.countAfter(writer.writtenBytes - backlog) >= this.options.signalHighWaterMark) return false;
    if (signal instanceof Uint8Array) writer.encoded(signal);
    else writer.write(KIND.signal, NO_ID, signal);
    unread.add(writer.writtenBytes);
    return true;
  }

  /** Takes nothing more, and ends when what was sent has left. */
  end(): void {
    this.isEnding = true;
    if (this.large.bytes > 0) return;
    this.writer.flush();
    this.carrier.end();
  }

  /** Ends at once. */
  destroy(reason: string): void {
    this.carrier.destroy();
    this.gone(reason);
  }

  /** Ends at once, and tells the client why, where its carrier can. */
  dismiss(reason: string): void {
    this.writer.flush();
    this.carrier.destroy(reason);
    this.gone(reason);
  }

  private get hasRoom(): boolean {
    const { replyHighWaterMark } = this.options;
    return this.writer.backlog + this.large.bytes < MAX_REPLY_BYTES && this.large.length < replyHighWaterMark;
  }

  private gone(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.deadline);
    this.heartbeat?.stop();
    this.decoder.stop();
    this.pace.stop();
    this.reportUnfinished();
    this.large.clear();
    this.inbox.length = 0;
    this.chunks = [];
    this.listener.onGone(this, reason);
  }

  private drain(): void {
    if (this.isClosed) return;
    if (this.isPongDue) this.pong();
    this.large.sendMore();
    if (this.isEnding) this.end();
    if (!this.isFull || !this.hasRoom) return;
    this.isFull = false;
    this.listener.onRoom(this);
  }

  private read(bytes: Uint8Array, isReadOnly: boolean): void {
    if (this.isClosed || this.isEnding) return;
    this.heartbeat?.heard();
    if (this.inbox.length > 0) this.pace.hold();
    this.chunks.push({ bytes, isReadOnly });
    this.readOn();
  }

  private readOn(): void {
    try {
      while (!this.pace.isResting && !this.isEnding) {
        const chunk = this.chunks.shift();
        if (chunk === undefined) break;
        const rest = this.decode(chunk);
        if (rest !== undefined && !this.isClosed) this.chunks.unshift(rest);
      }
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.destroy(messageOf(error));
    }
    this.reportUnfinished();
  }

  /** @returns What of it is left for the next turn. */
  private decode({ bytes, isReadOnly }: Chunk): Chunk | undefined {
    this.areBytesReadOnly = isReadOnly;
    this.isFrameReadOnly = isReadOnly || (this.isFrameReadOnly && !this.decoder.isBetweenFrames);
    const taken = this.decoder.push(bytes);
    return taken < bytes.length ? { bytes: bytes.subarray(taken), isReadOnly } : undefined;
  }

  private reportUnfinished(): void {
    const { unfinishedBytes } = this.decoder;
    if (unfinishedBytes === this.unfinishedBytes) return;
    this.unfinishedBytes = unfinishedBytes;
    this.listener.onUnfinished(this, unfinishedBytes);
  }

  private receive(kind: number, id: number, parts: readonly Uint8Array[]): void {
    const [first = EMPTY, data] = parts;
    const isReadOnly = this.isFrameReadOnly;
    this.isFrameReadOnly = this.areBytesReadOnly;
    if (this.phase !== "welcome") {
      this.greet(kind, first);
      return;
    }
    switch (kind) {
      case KIND.message:
        // With more parts than a request has it is answered as an empty one is.
        return this.enqueue(
          parts.length > 2
            ? { id, body: EMPTY, data: undefined, isReadOnly }
            : { id, body: first, data, isReadOnly },
        );
      case KIND.subscribe:
        return this.subscribe(nameOf(first));
      case KIND.unsubscribe:
        return this.unsubscribe(nameOf(first));
      case KIND.ping:
        this.isPongDue = true;
        // One answer is enough for all that were asked meanwhile.
        return this.writer.backlog === 0 ? this.pong() : undefined;
      case KIND.pong:
        return;
      default:
        throw new MalformedMessageError(`the stream cannot be read: a client sends no frame of kind ${kind}`);
    }
  }

  private greet(kind: number, frame: Uint8Array): void {
    if (kind !== KIND.hello || this.phase === "judged") {
      throw new MalformedMessageError("the client does not speak rigwire's stream protocol");
    }
    const hello = decodeClientHello(frame);
    if (hello.version !== STREAM_VERSION) {
      this.refuse("version");
      return;
    }
    this.phase = "judged";
    this.doorkeeper.admit(hello, this.address).then(
      (admission) => {
        if (!admission.isAdmitted) this.refuse(admission.refusal);
        else this.welcome(admission);
      },
      (error: unknown) => this.destroy(messageOf(error)),
    );
  }

  private refuse(refusal: Refusal): void {
    if (this.isClosed) return;
    this.phase = "judged";
    this.writer.write(KIND.hello, 0, [encodeServerHello({ refused: refusal })]);
    this.end();
  }

  private welcome({ key, client, proof }: Extract<Admission, { isAdmitted: true }>): void {
    if (this.isClosed) return;
    clearTimeout(this.deadline);
    this.phase = "welcome";
    this.identity = client ?? { id: this.id, key, address: this.address };
    const { heartbeatMs, maxMessageBytes } = this.options;
    this.decoder.maxPartBytes = Math.min(maxMessageBytes, MAX_PART_BYTES);
    if (heartbeatMs !== undefined) {
      this.heartbeat = new Heartbeat(
        heartbeatMs,
        () => this.writer.write(KIND.ping, 0, []),
        () => this.destroy(`no word for ${heartbeatMs} ms`),
      );
    }
    this.writer.write(KIND.hello, 0, [encodeServerHello({ proof })]);
    this.listener.onWelcome(this);
  }

  private pong(): void {
    this.isPongDue = false;
    this.writer.write(KIND.pong, 0, []);
  }

  private subscribe(signal: string): void {
    if (this.subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw new MalformedMessageError(`a client subscribes to more than ${MAX_SUBSCRIPTIONS} signals`);
    }
    this.subscriptions.add(signal);
    this.listener.onSubscription(this, signal, true);
  }

  private unsubscribe(signal: string): void {
    if (this.subscriptions.delete(signal)) this.listener.onSubscription(this, signal, false);
  }

  /** Messages are taken one after the other, in the order in which they came. */
  private enqueue(message: ClientMessage): void {
    this.hasAsked = true;
    if (this.pace.count(message.body.length)) this.decoder.rest();
    if (this.isTaking) this.inbox.push(message);
    else this.take(message);
  }

  /** @returns Whether the next has to wait for it. */
  private take(message: ClientMessage): boolean {
    const taking = this.listener.onMessage(this, message);
    this.isTaking = taking !== undefined;
    void taking?.then(() => this.takeNext());
    return this.isTaking;
  }

  private takeNext(): void {
    this.isTaking = false;
    for (let next = this.inbox.shift(); next !== undefined; next = this.inbox.shift()) {
      if (this.take(next)) return;
    }
    this.pace.release();
  }
}

const EMPTY = new Uint8Array(0);

function nameOf(part: Uint8Array): string {
  const name = part.length > MAX_NAME_BYTES ? undefined : platform().textOf(part);
  if (name !== undefined) return name;
  throw new MalformedMessageError("a client subscribes to what is no name of a signal");
}
