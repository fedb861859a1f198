import { randomInt } from "node:crypto";

/**
 * A mark makes a message unlike every other without changing what it says: white space before its last bracket, which
 * every JSON reader skips and every echo brings back.
 *
 * Without it, an echo cannot be told from the other side's own message of the same content, nor a late echo from the
 * one that is waited for, nor a doubled datagram from a repeated command.
 */
export interface MessageMark {
  /** Chosen at random by each communicator: its own marks come back only in echoes. */
  readonly tag: number;
  /** Counts the communicator's messages. */
  readonly count: number;
}

const TAG_BITS = 28;
const COUNT_BITS = 20;
const MARK_LENGTH = TAG_BITS + COUNT_BITS;
const MARK_COUNTS = 2 ** COUNT_BITS;

const SPACE = 0x20;
const TAB = 0x09;
const CLOSING_BRACKET = 0x5d;

/** Makes the marks of one communicator, each different from the last million. */
export class MessageMarks {
  readonly tag = randomInt(2 ** TAG_BITS);
  private next = randomInt(MARK_COUNTS);

  create(): MessageMark {
    const count = this.next;
    this.next = (count + 1) % MARK_COUNTS;
    return { tag: this.tag, count };
  }
}

/** Puts a mark into the text of a JSON array. */
export function writeMark(text: string, { tag, count }: MessageMark): string {
  const bits = tag.toString(2).padStart(TAG_BITS, "0") + count.toString(2).padStart(COUNT_BITS, "0");
  return `${text.slice(0, -1)}${bits.replaceAll("0", " ").replaceAll("1", "\t")}]`;
}

/** The mark of a message; `undefined` for one without, as the originals send. */
export function readMark(message: Uint8Array): MessageMark | undefined {
  const start = message.length - 1 - MARK_LENGTH;
  if (start < 1 || message.at(-1) !== CLOSING_BRACKET || isMarkByte(message[start - 1])) return undefined;
  const bits = message.subarray(start, -1);
  if (!bits.every(isMarkByte)) return undefined;
  const number = (part: Uint8Array) => part.reduce((sum, byte) => sum * 2 + (byte === TAB ? 1 : 0), 0);
  return { tag: number(bits.subarray(0, TAG_BITS)), count: number(bits.subarray(TAG_BITS)) };
}

function isMarkByte(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
