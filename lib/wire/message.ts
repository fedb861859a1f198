import { MalformedMessageError, messageOf } from "../errors";
import { platform } from "../platform/current";
import { type Bytes } from "../platform/platform";
import { decodeJson } from "./json";
import { DEFAULT_MAX_TEXT_BYTES, excessOf } from "./text-bounds";

/** A JSON message as it came: its bytes, or the object that it already is, out of a batch. */
export type Received = Uint8Array | Readonly<Record<string, unknown>>;

/** A reply as it came: its JSON message, and the bytes that may follow. */
export type ReceivedReply = readonly [body?: Received, ...data: Bytes[]];

/**
 * The object that a message is.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @throws MalformedMessageError for bytes that are no JSON object in UTF-8, or beyond the bounds of a text.
 */
export function decodeObject(
  message: Received,
  maxTextBytes = DEFAULT_MAX_TEXT_BYTES,
): Readonly<Record<string, unknown>> {
  if (!isBytes(message)) return message;
  const value = decodeMessage(message, maxTextBytes);
  if (!isObject(value)) throw new MalformedMessageError("the message is no JSON object");
  return value;
}

/**
 * The value that a message in UTF-8 holds.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @throws MalformedMessageError for bytes that are no JSON in UTF-8, or beyond the bounds of a text.
 */
export function decodeMessage(bytes: Uint8Array, maxTextBytes = DEFAULT_MAX_TEXT_BYTES): unknown {
  const excess = excessOf(bytes, maxTextBytes);
  if (excess !== undefined) throw new MalformedMessageError(`the message ${excess}`);
  const text = platform().textOf(bytes);
  if (text === undefined) throw new MalformedMessageError("the message is not UTF-8");
  try {
    return decodeJson(text);
  } catch (error) {
    throw new MalformedMessageError(`the message is not JSON: ${messageOf(error)}`, {}, { cause: error });
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function isBytes(message: Received): message is Uint8Array {
  return ArrayBuffer.isView(message);
}
