import { EncodingError } from "../errors";
import { holdsNonFinite, parseLossless, writeLossless } from "./lossless-json";

/**
 * JSON as the Python originals write and read it (plantimager RPC): `NaN`, `Infinity` and `-Infinity` stand bare,
 * integers have any size. What a double cannot hold safely is a `bigint` on this side.
 *
 * Values without any of these take the engine's own JSON and one scan of the text.
 */

/** 16 digits in a row that are an integer's, not a fraction's: only these can be past 2^53. */
const LONG_INTEGER = /(?:^|[[,:\s-])\d{16}/;

/** Looked for first: the engine leaps through a text for it, since of 16 characters it need look at the last alone. */
const MANY_DIGITS = /\d{16}/;

/**
 * Writes a value as JSON text.
 *
 * @param value - Anything JSON can hold, with non-finite numbers and bigints anywhere in it. `undefined` becomes
 *   `null`; a property that is `undefined` is left out, as with `JSON.stringify`.
 * @throws EncodingError for a cycle, and for a function or symbol in the value's place.
 */
export function encodeJson(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (typeof value === "object") {
    const text = stringify(value);
    if (text !== undefined && isFaithful(text, value)) return text;
  }
  return writeLossless(value);
}

/**
 * Reads JSON text, with `NaN`, `Infinity`, `-Infinity` and integers of any size.
 *
 * @returns Integers beyond ±(2^53 − 1) as `bigint`, every other number as `number`.
 * @throws SyntaxError for anything that is not JSON.
 */
export function decodeJson(text: string): unknown {
  return text.includes("NaN") || text.includes("Infinity") || holdsLongInteger(text)
    ? parseLossless(text)
    : (JSON.parse(text) as unknown);
}

/** The engine writes a non-finite number as `null`, and a large float as an integer. */
function isFaithful(text: string, value: object): boolean {
  return !(text.includes("null") && holdsNonFinite(value)) && !holdsLongInteger(text);
}

function holdsLongInteger(text: string): boolean {
  return MANY_DIGITS.test(text) && LONG_INTEGER.test(text);
}

/** The engine's text; nothing where the engine refuses, as it does for bigints and cycles alike. */
function stringify(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw new EncodingError(`the value cannot be sent as JSON: ${String(error)}`);
  }
}
