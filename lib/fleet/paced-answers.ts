import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { platform } from "../platform/current";

/** Messages that leave before this process goes on with what else it does. */
const MESSAGES_PER_TURN = 64;

/** Answers that may wait; whoever asks beyond gets none, and asks again. */
const MAX_WAITING_ANSWERS = 256;

/** Sends answers that are many messages, a part at a time: who asks much does not keep the devices from their work. */
export class PacedAnswers {
  private readonly waiting: (readonly [reply: string, messages: Iterator<Uint8Array>])[] = [];
  private isSending = false;
  private isClosed = false;
  private readonly log: BurstLog;

  constructor(
    private readonly publish: (subject: string, data: Uint8Array) => boolean,
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
    let room = MESSAGES_PER_TURN;
    for (let next = this.waiting[0]; next !== undefined && room > 0; next = this.waiting[0]) {
      const [reply, messages] = next;
      const message = messages.next();
      if (message.done === true || !this.publish(reply, message.value)) this.waiting.shift();
      else room -= 1;
    }
    this.isSending = this.waiting.length > 0;
    if (this.isSending) platform().nextTurn(() => this.send());
  }
}
