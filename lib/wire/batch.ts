import { MalformedMessageError } from "../errors";
import { decodeMessage, isObject } from "./message";

/**
 * Several requests or replies in one message: a JSON array whose elements carry their `"id"`. An addition that only
 * rigwire peers know; the inventory feature `batch` offers it.
 */

/** A batch is not made longer than this, so that nobody waits long behind one. */
export const MAX_BATCH_BYTES = 64 * 1024;

/** The lengths of texts are counted in characters, each of up to three bytes; ids and commas come on top. */
const LARGEST_BATCH_BYTES = 4 * MAX_BATCH_BYTES;

/** What a peer that takes no messages as long as a batch may get must not be offered. */
export function takesBatches(maxMessageBytes: number): boolean {
  return maxMessageBytes >= LARGEST_BATCH_BYTES;
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

/**
 * @throws MalformedMessageError if the message is no array of objects with an `"id"`, a whole number.
 */
export function decodeBatch(bytes: Uint8Array): BatchElement[] {
  const elements = decodeMessage(bytes);
  if (!Array.isArray(elements) || elements.length === 0) {
    throw new MalformedMessageError("the message is no batch");
  }
  return elements.map((message: unknown) => {
    if (!isObject(message) || !isId(message.id)) {
      throw new MalformedMessageError("an element of the batch is no object with an id");
    }
    return { id: message.id, message };
  });
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
