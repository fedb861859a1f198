import { ConnectionLostError, messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { EchoLedger } from "./echo-ledger";
import { ExperimentEvent } from "./experiment-event";
import {
  decodeMessage,
  encodeFailure,
  encodeMessage,
  type ExperimentMessage,
  type FailureMessage,
} from "./experiment-message";
import { type MessageMark, MessageMarks, readMark } from "./message-mark";
import { RecentMarks } from "./recent-marks";
import { formatAddress, type RigAddress } from "./rig-address";
import { CommunicatorClosedError, MessageTooLargeError } from "./rig-errors";
import { type RigLink } from "./rig-link";

/** What a conversation tells about: messages that are no echoes. */
export interface ConversationListener {
  message(message: ExperimentMessage, from: RigAddress): void;
  failure(failure: FailureMessage, from: RigAddress): void;
  /** Nothing can be sent or received any more. */
  ended(): void;
}

/** How a conversation is set up. */
export interface ConversationOptions {
  /** The communicator's name. */
  readonly name: string;
  readonly logger: Logger;
}

/**
 * The protocol between rigs (iblutil io.net) over a link: sends and waits for the echo, echoes what comes, and tells
 * the one from the other.
 */
export class Conversation {
  private readonly marks = new MessageMarks();
  private readonly received = new RecentMarks();
  private readonly ledger: EchoLedger;
  private closing: Promise<void> | undefined;
  /** Why the link ended by itself. */
  private endReason: string | undefined;

  constructor(
    private readonly link: RigLink,
    private readonly options: ConversationOptions,
    private readonly listener: ConversationListener,
  ) {
    this.ledger = new EchoLedger(options.name);
    link.attach({
      received: (bytes, from) => this.take(bytes, from),
      refused: (peer, reason) => this.ledger.note(peer, reason),
      lost: (peer, reason) => this.lose(peer, reason),
      ended: (reason) => this.end(reason),
    });
  }

  get isOpen(): boolean {
    return this.closing === undefined && this.link.isOpen;
  }

  /**
   * Sends a message and waits for its echo.
   *
   * @throws EchoTimeoutError, EchoMismatchError, MessageTooLargeError, DeviceUnavailableError, ConnectionLostError,
   *   CommunicatorClosedError.
   */
  async send(message: ExperimentMessage, peer: RigAddress, timeoutMs: number): Promise<void> {
    const { event } = message;
    const mark = this.marks.create();
    const bytes = this.encode(message, mark);
    const echo = this.ledger.expect({ event, mark, bytes, peer, timeoutMs });
    this.link.send(bytes, peer).then(
      () => echo.sent(),
      (error: unknown) => echo.fail(error instanceof Error ? error : new Error(messageOf(error))),
    );
    await echo.confirmed;
  }

  /**
   * Sends a message and does not wait for its echo.
   *
   * @throws MessageTooLargeError, DeviceUnavailableError, CommunicatorClosedError.
   */
  async sendUnconfirmed(message: ExperimentMessage, peer: RigAddress): Promise<void> {
    await this.link.send(this.encode(message, this.marks.create()), peer);
  }

  /** Whether a message to this peer, or to anybody, waits for its echo. */
  isAwaitingEcho(peer: RigAddress | undefined): boolean {
    return this.ledger.isWaiting(peer);
  }

  /** Tells a peer that the callback for its message failed: `Error: disk full`. Nobody confirms that. */
  sendFailure(thrown: unknown, failed: ExperimentEvent, to: RigAddress): void {
    const error = `${thrown instanceof Error ? thrown.name : "Error"}: ${messageOf(thrown)}`;
    const bytes = encodeFailure({ error, failed });
    if (!this.isOpen || bytes.length > this.link.maxMessageBytes) return;
    this.link.send(bytes, to).catch((cause: unknown) => this.log("debug", to, messageOf(cause)));
  }

  /** Gives up everything that waits, then closes the link. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  /** The error of something that cannot happen because the communicator is closed. */
  closedError(consequence: string): CommunicatorClosedError {
    const { name } = this.options;
    const reason = this.endReason === undefined ? "" : ` (${this.endReason})`;
    return new CommunicatorClosedError(`${name} is closed${reason}: ${consequence}`, { device: name });
  }

  private async shutDown(): Promise<void> {
    this.ledger.abandon((event, peer) =>
      this.closedError(`${formatAddress(peer)} had not confirmed ${ExperimentEvent.nameOf(event)}`),
    );
    this.listener.ended();
    await this.link.close();
  }

  private take(bytes: Buffer, from: RigAddress): void {
    if (this.closing !== undefined) return;
    const mark = readMark(bytes);
    if (mark?.tag === this.marks.tag) {
      const verdict = this.ledger.settle(mark, bytes, from);
      if (verdict === "unexpected") this.log("debug", from, "an echo came late or twice");
      return;
    }
    const message = this.decode(bytes, from);
    if (message === undefined) return;
    if (message.event === 0) {
      this.listener.failure(message, from);
      return;
    }
    this.link.sendNow(bytes, from);
    if (mark === undefined || this.received.add(mark, from)) this.listener.message(message, from);
    else this.log("debug", from, "a message came twice");
  }

  private encode(message: ExperimentMessage, mark: MessageMark): Buffer {
    const { event } = message;
    if (!this.isOpen) throw this.closedError(`${ExperimentEvent.nameOf(event)} was not sent`);
    const bytes = encodeMessage(message, mark);
    if (bytes.length <= this.link.maxMessageBytes) return bytes;
    throw new MessageTooLargeError(event, bytes.length, this.link.maxMessageBytes);
  }

  private decode(bytes: Buffer, from: RigAddress): ExperimentMessage | FailureMessage | undefined {
    try {
      return decodeMessage(bytes);
    } catch (error) {
      this.log("warn", from, messageOf(error));
      this.link.dismiss(from);
      return undefined;
    }
  }

  private lose(peer: RigAddress, reason: string): void {
    const { name } = this.options;
    this.log("debug", peer, `the connection ended: ${reason}`);
    const place = formatAddress(peer);
    this.ledger.abandon((event) => {
      const text = `${name}: the connection to ${place} ended (${reason}) before ${ExperimentEvent.nameOf(event)} was confirmed`;
      return new ConnectionLostError(text, { device: name });
    }, peer);
  }

  private end(reason: string): void {
    if (this.closing !== undefined) return;
    this.endReason = reason;
    if (this.link.peer !== undefined) this.lose(this.link.peer, reason);
    void this.close();
  }

  private log(level: "debug" | "warn", peer: RigAddress, message: string): void {
    this.options.logger[level]({ rig: this.options.name, peer: formatAddress(peer) }, message);
  }
}
