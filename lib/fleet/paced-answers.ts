import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";

/**
 * Bytes that leave before the broker must have taken them: what else this process says, such as the replies of its
 * devices, waits behind no more than that.
 */
const BYTES_PER_TURN = 256 * 1024;

/** Answers that may wait; whoever asks beyond gets none, and asks again. */
const MAX_WAITING_ANSWERS = 256;

/**
 * Sends answers that are many messages, a part at a time, as fast as the broker takes them: who asks much neither keeps
 * the devices from their work nor fills this process's memory.
 */
export class PacedAnswers {
  private readonly waiting: (readonly [reply: string, messages: Iterator<Uint8Array>])[] = [];
  private isSending = false;
  private isClosed = false;
  private readonly log: BurstLog;

  /**
   * @param settled - Resolves when the broker has taken what was published.
   */
  constructor(
    private readonly publish: (subject: string, data: Uint8Array) => boolean,
    private readonly settled: () => Promise<void>,
    log: Logger,
  ) {
    this.log = new BurstLog(log);
  }

  /**
   * Answers one question.
   *
   * @param messages - Taken one by one, each when its turn has come.
   */
  answer(reply: string, messages: Iterable<Uint8Array>): void {
    if (reply === "" || this.isClosed) return;
    if (this.waiting.length >= MAX_WAITING_ANSWERS) {
      this.log.warn({}, `more than ${MAX_WAITING_ANSWERS} questions about this process's devices wait`);
      return;
    }
    this.waiting.push([reply, messages[Symbol.iterator]()]);
    if (!this.isSending) this.send();
  }

  /** What waits is not sent any more. */
  close(): void {
    this.isClosed = true;
    this.waiting.length = 0;
  }

  private send(): void {
    let room = BYTES_PER_TURN;
    for (let next = this.waiting[0]; next !== undefined && room > 0; next = this.waiting[0]) {
      const [reply, messages] = next;
      const message = messages.next();
      if (message.done === true || !this.publish(reply, message.value)) this.waiting.shift();
      else room -= message.value.length;
    }
    this.isSending = this.waiting.length > 0;
    if (this.isSending) void this.settled().then(() => this.send());
  }
}
