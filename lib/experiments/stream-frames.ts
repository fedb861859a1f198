import { MalformedMessageError } from "../errors";
import { MAX_RIG_MESSAGE_BYTES } from "./experiment-message";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Cuts a byte stream without delimiters into messages: a message is a JSON array, and ends with the bracket that
 * closes it. It may come in pieces, and several may come at once. At most one message is kept.
 */
export class StreamFrames {
  private bytes: Buffer = Buffer.alloc(0);
  private scanned = 0;
  private depth = 0;
  private inText = false;
  private escaped = false;

  /** Takes what arrived. Call {@link next} until it has nothing left before giving it more. */
  append(chunk: Buffer): void {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
  }

  /** Whether the last message is not complete. */
  get isPartial(): boolean {
    return this.bytes.length > 0;
  }

  /**
   * The next complete message.
   *
   * @throws MalformedMessageError for what is no JSON array or longer than 65,535 bytes; the stream is then useless.
   */
  next(): Buffer | undefined {
    if (this.depth === 0 && !this.begin()) return undefined;
    const end = this.findEnd();
    if (end > MAX_RIG_MESSAGE_BYTES || (end < 0 && this.bytes.length > MAX_RIG_MESSAGE_BYTES)) {
      throw new MalformedMessageError(`a message is longer than ${MAX_RIG_MESSAGE_BYTES} bytes`);
    }
    if (end < 0) return undefined;
    const message = this.bytes.subarray(0, end);
    this.bytes = this.bytes.subarray(end);
    this.scanned = 0;
    return message;
  }

  /** Skips white space before a message; whether a message begins. */
  private begin(): boolean {
    const start = this.bytes.findIndex((byte) => byte !== 0x20 && (byte < 0x09 || byte > 0x0d));
    this.bytes = start < 0 ? Buffer.alloc(0) : this.bytes.subarray(start);
    if (start < 0) return false;
    if (this.bytes[0] !== OPEN_ARRAY)
      throw new MalformedMessageError("an experiment message is a JSON array");
    return true;
  }

  /** Where the message ends, just past its last bracket; -1 if it is not complete. */
  private findEnd(): number {
    for (; this.scanned < this.bytes.length; this.scanned++) {
      if (this.closes(this.bytes[this.scanned])) return this.scanned + 1;
    }
    return -1;
  }

  private closes(byte: number | undefined): boolean {
    if (this.inText) {
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) this.inText = false;
      return false;
    }
    if (byte === QUOTE) this.inText = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.depth++;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) return --this.depth === 0;
    return false;
  }
}
