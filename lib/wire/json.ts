import { type ArrayWriter } from "./outgoing-arrays";
import { parseLossless } from "./lossless-json";
import { writeLossless } from "./lossless-writer";
import { isPlainJson } from "./plain-json";

/**
 * JSON as the Python originals write and read it (plantimager RPC): `NaN`, `Infinity` and `-Infinity` stand bare,
 * integers have any size. What a double cannot hold safely is a `bigint` on this side.
 *
 * Values and texts without any of these take the engine's own JSON, after one look.
 */

/** 16 digits in a row that are an integer's, not a fraction's: only these can be past 2^53. */
const LONG_INTEGER = /(?:^|[[,:\s-])\d{16}/;

/** Looked for first: the engine leaps through a text for it, since of 16 characters it need look at the last alone. */
const MANY_DIGITS = /\d{16}/;

/**
 * Writes a value as JSON text. What JSON cannot carry is refused: nothing is changed or left out without a word.
 *
 * @param value - Anything JSON can hold, with negative zeros, non-finite numbers and bigints anywhere in it.
 *   `undefined` becomes `null`; a property that is `undefined` is left out, as with `JSON.stringify`.
 * @param place - What the value is, such as `result`: errors begin with it. Default: nothing.
 * @param arrays - Gets the arrays that travel as bytes. Left out: they are refused.
 * @throws EncodingError for a cycle, and for a function, a symbol, a `Map`, bytes and the like anywhere in the value,
 *   with the path to it, such as `result.frames[3].data`.
 */
export function encodeJson(value: unknown, place = "", arrays?: ArrayWriter): string {
  if (value === undefined || value === null) return "null";
  const isPlain = isPlainJson(value) && arrays?.isStrict !== true;
  return isPlain ? JSON.stringify(value) : writeLossless(value, place, arrays);
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

function holdsLongInteger(text: string): boolean {
  return MANY_DIGITS.test(text) && LONG_INTEGER.test(text);
}
