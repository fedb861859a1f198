import { platform } from "../../platform/current";
import { type CarrierReceiver, type ServerCarrier } from "../stream/carrier";
import { LINE, LINE_HEAD_BYTES, readLineMessage, writeLineMessage } from "./line-layout";
import { LineSender, TAKEN_STEP_BYTES, WINDOW_BYTES } from "./line-sender";

/** Longer messages would only hold up what is behind them. */
const MAX_DATA_BYTES = 256 * 1024;

/** Beyond what a peer may have on its way, for what it counts otherwise. */
const MAX_UNTAKEN_BYTES = 2 * WINDOW_BYTES;

const MAX_REASON_BYTES = 256;

const encoder = new TextEncoder();

/** Where the messages of a line leave. */
export interface LineEnd {
  /** The largest message of the broker, in bytes. */
  readonly maxPayload: number;
  /** Publishes a message to the peer. @returns Whether the broker has it. */
  publish(message: Uint8Array, isData: boolean): boolean;
  /** Nothing comes and goes any more. Called once. */
  released(): void;
}

interface Untaken {
  readonly bytes: Uint8Array;
  readonly isReadOnly: boolean;
}

/**
 * An ordered connection of two peers over a broker. Its messages are counted: where one is missing the line ends, so that
 * nothing is lost without a word.
 */
export class Line implements ServerCarrier {
  private readonly sender: LineSender;
  private readonly untaken: Untaken[] = [];
  private untakenBytes = 0;
  private nextNumber = 0;
  private takenBytes = 0;
  private toldBytes = 0;
  private isPaused = false;
  private isEnding = false;
  private isOver = false;

  constructor(
    private readonly end_: LineEnd,
    private readonly receiver: CarrierReceiver,
  ) {
    const maxBytes = Math.max(1, Math.min(MAX_DATA_BYTES, end_.maxPayload - LINE_HEAD_BYTES));
    this.sender = new LineSender(maxBytes, (number, pieces) => {
      if (!end_.publish(writeLineMessage(LINE.data, number, pieces), true)) {
        this.lose("the connection to the NATS server is lost");
      }
    });
  }

  get backlog(): number {
    return this.sender.backlog;
  }

  write(chunks: readonly Uint8Array[]): void {
    if (!this.isOver && !this.isEnding) this.sender.write(chunks);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.takeUntaken();
  }

  end(): void {
    this.isEnding = true;
    if (this.sender.isAllSent) this.destroy();
  }

  destroy(reason = "the peer went away"): void {
    if (this.isOver) return;
    const text = encoder.encode(reason).subarray(0, MAX_REASON_BYTES);
    this.end_.publish(writeLineMessage(LINE.end, 0, [text]), false);
    this.lose(reason);
  }

  /** Ends it without a word to the peer, which hears nothing any more. Idempotent. */
  lose(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sender.clear();
    this.untaken.length = 0;
    this.end_.released();
    // Whoever ends it has a word of his own for it, and comes first.
    platform().nextTurn(() => this.receiver.onClose(reason));
  }

  /**
   * A message of the peer came.
   *
   * @param isReadOnly - It came on a way on which nothing may be commanded.
   */
  receive(data: Uint8Array, isReadOnly = false): void {
    if (this.isOver) return;
    const message = readLineMessage(data);
    switch (message?.kind) {
      case LINE.data:
        return this.receiveData(message.number, message.bytes, isReadOnly);
      case LINE.taken:
        return this.peerTook(message.number);
      case LINE.end:
        return this.lose(platform().textOf(message.bytes) ?? "the peer went away");
      default:
        return this.destroy("a message came that is none of a line");
    }
  }

  private receiveData(number: number, bytes: Uint8Array, isReadOnly: boolean): void {
    if (number !== this.nextNumber) {
      this.destroy(`message ${this.nextNumber} is missing`);
      return;
    }
    this.nextNumber += 1;
    this.untaken.push({ bytes, isReadOnly });
    this.untakenBytes += bytes.length;
    if (this.untakenBytes > MAX_UNTAKEN_BYTES) this.destroy("more came than may be on its way");
    else this.takeUntaken();
  }

  private takeUntaken(): void {
    while (!this.isPaused && !this.isOver) {
      const next = this.untaken.shift();
      if (next === undefined) break;
      this.untakenBytes -= next.bytes.length;
      this.takenBytes += next.bytes.length;
      this.receiver.onBytes(next.bytes, next.isReadOnly);
    }
    if (this.isOver || this.takenBytes - this.toldBytes < TAKEN_STEP_BYTES) return;
    this.toldBytes = this.takenBytes;
    this.end_.publish(writeLineMessage(LINE.taken, this.takenBytes, []), false);
  }

  private peerTook(bytes: number): void {
    const before = this.sender.backlog;
    if (!this.sender.taken(bytes)) {
      this.destroy("more was taken than was sent");
      return;
    }
    if (this.isEnding) {
      if (this.sender.isAllSent) this.destroy();
    } else if (before > 0 && this.sender.backlog === 0) {
      this.receiver.onDrain();
    }
  }
}
