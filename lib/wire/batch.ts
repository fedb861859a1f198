import { MalformedMessageError } from "../errors";
import { decodeMessage, isObject } from "./message";
import { DEFAULT_MAX_TEXT_BYTES } from "./text-bounds";

/**
 * Several requests or replies in one message: a JSON array whose elements carry their `"id"`. An addition that only
 * rigwire peers know; the inventory feature `batch` offers it.
 */

/** A batch is not made longer than this, in characters, so that nobody waits long behind one. */
export const MAX_BATCH_LENGTH = 64 * 1024;

/** So many requests or replies are worth a message of their own: more in one would save little. */
export const PLENTY = 48;

/** The lengths of texts are counted in characters, each of up to three bytes; ids and commas come on top. */
const LARGEST_BATCH_BYTES = 4 * MAX_BATCH_LENGTH;

/** More requests than any client of ours puts into one message. */
export const MAX_BATCH_REQUESTS = 65_536;

/** What a peer that takes no messages as long as a batch may get must not be offered. */
export function takesBatches(maxMessageBytes: number, maxTextBytes = DEFAULT_MAX_TEXT_BYTES): boolean {
  return Math.min(maxMessageBytes, maxTextBytes) >= LARGEST_BATCH_BYTES;
}

/** @param object - The text of a JSON object with at least one member, none of them `"id"`. */
export function withId(object: string, id: number): string {
  return `${object.slice(0, -1)},"id":${id}}`;
}

export function encodeBatch(elements: readonly string[]): string {
  return `[${elements.join(",")}]`;
}

export interface BatchElement {
  readonly id: number;
  readonly message: Readonly<Record<string, unknown>>;
}

const OPENING_BRACKET = 0x5b;

/** Whether a message is a batch, by its first byte. */
export function isBatch(bytes: Uint8Array): boolean {
  return bytes[0] === OPENING_BRACKET;
}

/** Requests that came in one message, from anyone. */
export interface RequestBatch {
  readonly requests: readonly BatchElement[];
  /** How many elements are no objects with an id. They cannot be answered one by one, nor be carried out. */
  readonly nameless: number;
}

/**
 * Reads the requests of a batch. One that is malformed does no harm to the others.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @returns Nothing where there is no request with an id, or the text is beyond its bounds: then the message is no batch.
 * @throws MalformedMessageError if it has more than {@link MAX_BATCH_REQUESTS} elements.
 */
export function decodeRequestBatch(bytes: Uint8Array, maxTextBytes?: number): RequestBatch | undefined {
  const elements = listIn(bytes, maxTextBytes);
  if (elements.length > MAX_BATCH_REQUESTS) {
    throw new MalformedMessageError(
      `the batch has ${elements.length} requests, more than the ${MAX_BATCH_REQUESTS} that are taken: ` +
        "none of them was carried out",
    );
  }
  const requests = elements.flatMap((message) => elementOf(message) ?? []);
  return requests.length === 0 ? undefined : { requests, nameless: elements.length - requests.length };
}

/**
 * Reads the replies of a batch.
 *
 * @param maxTextBytes - The longest text that is taken, in bytes.
 * @throws MalformedMessageError if the message is no array of objects with an `"id"`, a whole number.
 */
export function decodeReplyBatch(bytes: Uint8Array, maxTextBytes?: number): BatchElement[] {
  const elements = elementsOf(bytes, maxTextBytes);
  if (elements.length === 0) throw new MalformedMessageError("the batch is empty");
  return elements.map((message) => {
    const element = elementOf(message);
    if (element !== undefined) return element;
    throw new MalformedMessageError("an element of the batch is no object with an id");
  });
}

/** Empty where the message is no list. */
function listIn(bytes: Uint8Array, maxTextBytes?: number): readonly unknown[] {
  try {
    return elementsOf(bytes, maxTextBytes);
  } catch {
    return [];
  }
}

function elementsOf(bytes: Uint8Array, maxTextBytes?: number): readonly unknown[] {
  const elements = decodeMessage(bytes, maxTextBytes);
  if (Array.isArray(elements)) return elements;
  throw new MalformedMessageError("the message is no batch");
}

function elementOf(message: unknown): BatchElement | undefined {
  return isObject(message) && isId(message.id) ? { id: message.id, message } : undefined;
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
