import { AddressError, MalformedMessageError } from "../errors";
import { formatAddress, parseAddress } from "../address/address";

export type Fields = Readonly<Record<string, unknown>>;

/** Names and types are shown to people and kept for every device; no honest one is longer. */
export const MAX_TEXT_LENGTH = 255;
const MAX_ADDRESS_LENGTH = 1_024;

/** They would end a line of a log, or drive a terminal. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * A name, type or uuid.
 *
 * @throws MalformedMessageError if it is no text, too long, or holds control characters.
 */
export function textField(fields: Fields, key: string, maxLength = MAX_TEXT_LENGTH): string {
  const value = fields[key];
  if (typeof value !== "string") throw new MalformedMessageError(`"${key}" is no text`);
  if (value.length > maxLength) {
    throw new MalformedMessageError(`"${key}" has more than ${maxLength} characters`);
  }
  if (CONTROL_CHARACTER.test(value)) throw new MalformedMessageError(`"${key}" has control characters in it`);
  return value;
}

/** The same, or nothing where the key is absent or null. */
export function optionalTextField(fields: Fields, key: string): string | undefined {
  return fields[key] === undefined || fields[key] === null ? undefined : textField(fields, key);
}

/**
 * Where a device is served, written right: the doubled port of the originals is read as one (plantimager RPC).
 *
 * @throws MalformedMessageError if nobody could connect to it.
 */
export function addressField(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new MalformedMessageError(`"${key}" is no text`);
  if (value.length > MAX_ADDRESS_LENGTH) {
    throw new MalformedMessageError(`"${key}" has more than ${MAX_ADDRESS_LENGTH} characters`);
  }
  try {
    const address = parseAddress(value);
    if (address.scheme === "tcp" && address.port === undefined)
      throw new AddressError(`"${value}" names no port`);
    return formatAddress(address);
  } catch (error) {
    if (error instanceof AddressError)
      throw new MalformedMessageError(`"${key}": ${error.message}`, {}, { cause: error });
    throw error;
  }
}

/** A count that a registry tells. */
export function countField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedMessageError(`"${key}" is no count`);
}
