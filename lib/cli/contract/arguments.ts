import { messageOf } from "../../errors";
import { decodeJson } from "../../wire/json";
import { UsageError } from "../program/exit-code";

/** Where a value is meant to be JSON, even if it is broken. */
const LOOKS_LIKE_JSON = /^\s*[[{"]/;

/**
 * A value as it was typed: JSON where it is JSON, else the words themselves. Where the device wants a text, only
 * quoted JSON is read as JSON: 007 stays 007.
 *
 * @param type - The type that the device told, if it did.
 * @param what - What the value is for, for the error.
 * @throws UsageError for what begins as JSON and is none.
 */
export function parseValue(text: string, type: string | undefined, what: string): unknown {
  if (type === "string" && !/^\s*"/.test(text)) return text;
  try {
    return decodeJson(text);
  } catch (error) {
    if (!LOOKS_LIKE_JSON.test(text)) return text;
    throw new UsageError(
      `${what} is no JSON: ${messageOf(error)}; put it in single quotes so that the shell leaves it alone: '{"a": 1}'`,
    );
  }
}

/**
 * `NAME=VALUE`, taken apart.
 *
 * @throws UsageError if it is none.
 */
export function parseKeyword(text: string): { readonly name: string; readonly value: string } {
  const separator = text.indexOf("=");
  if (separator < 1) throw new UsageError(`--kw takes NAME=VALUE, not "${text}": --kw lores=true`);
  return { name: text.slice(0, separator), value: text.slice(separator + 1) };
}

/**
 * A whole number of an option.
 *
 * @throws UsageError naming the option.
 */
export function parseCount(text: string, option: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageError(`${option} takes a whole number above 0, not "${text}"`);
}

/**
 * A time of an option, in milliseconds.
 *
 * @throws UsageError naming the option.
 */
export function parseMs(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option} takes milliseconds above 0, not "${text}"`);
}
