import { MalformedMessageError } from "../errors";
import { encodeJson } from "./json";
import { decodeObject, isBytes, type ReceivedReply } from "./message";

/**
 * What a method tells before its result. An addition: a server sends it under the id of a request that asked for it,
 * alone in its message, as one frame that begins with exactly these bytes.
 */
const BEGINNING = '{"event":"PROGRESS",';
const BEGINNING_BYTES = new TextEncoder().encode(BEGINNING);

/**
 * The longest text of a progress, in bytes: it says how far a method has come, and is no way for data. A text of this
 * size is read at once.
 */
export const MAX_PROGRESS_BYTES = 64 * 1024 - 1;

/** How far a method has come. */
export interface ProgressMessage {
  /** Counts what the method told, from 1: what is left out was replaced by something newer. 0 where it told nothing yet. */
  readonly seq: number;
  /** Nothing where it only says that the method has begun. */
  readonly value: unknown;
}

/**
 * @throws EncodingError if the value cannot be sent, with the path to it.
 */
export function encodeProgress(seq: number, value: unknown): string {
  return `${BEGINNING}"seq":${seq},"value":${encodeJson(value, "progress")}}`;
}

/** Says that a method has begun, and nothing more. */
export const BEGUN = `${BEGINNING}"seq":0}`;

/** Whether a message under the id of a request comes before its reply. */
export function isProgress(message: ReceivedReply): boolean {
  const [body] = message;
  if (body === undefined || message.length > 1) return false;
  return isBytes(body) ? beginsAsProgress(body) : body.event === "PROGRESS";
}

/**
 * @throws MalformedMessageError for what cannot be read, or is longer than a progress may be.
 */
export function decodeProgress([body]: ReceivedReply): ProgressMessage {
  if (body === undefined) throw new MalformedMessageError("a progress is empty");
  const { seq, value } = decodeObject(body, MAX_PROGRESS_BYTES);
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0)
    throw new MalformedMessageError('a progress has no "seq", a whole number');
  return { seq, value };
}

/** Asked for every reply, of which hardly one is a progress: their third byte tells them apart. */
function beginsAsProgress(bytes: Uint8Array): boolean {
  return bytes[2] === BEGINNING_BYTES[2] && BEGINNING_BYTES.every((byte, index) => bytes[index] === byte);
}
