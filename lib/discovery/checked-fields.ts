import { AddressError, MalformedMessageError } from "../errors";
import { formatAddress, parseAddress } from "../address/address";
import { hasControlCharacters } from "../wire/control-characters";

export type Fields = Readonly<Record<string, unknown>>;

/** Originals take names of any length. What is kept for every device must end somewhere; no honest name comes near it. */
export const MAX_TEXT_LENGTH = 4_096;
const MAX_ADDRESS_LENGTH = 1_024;

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
  if (hasControlCharacters(value)) throw new MalformedMessageError(`"${key}" has control characters in it`);
  return value;
}

/** The same, or nothing where the key is absent or null. */
export function optionalTextField(fields: Fields, key: string): string | undefined {
  return fields[key] === undefined || fields[key] === null ? undefined : textField(fields, key);
}

/**
 * Where a device is served, written right: the doubled port of the originals is read as one (plantimager RPC). One
 * without a scheme or a port is taken as it is, as the original registry does; who connects to it is told.
 *
 * @throws MalformedMessageError if it is no text, empty, too long, names two ports, or holds control characters.
 */
export function addressField(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new MalformedMessageError(`"${key}" is no text`);
  if (value.length > MAX_ADDRESS_LENGTH) {
    throw new MalformedMessageError(`"${key}" has more than ${MAX_ADDRESS_LENGTH} characters`);
  }
  if (!value.includes("://")) return bareAddress(value, key);
  try {
    return formatAddress(parseAddress(value));
  } catch (error) {
    if (error instanceof AddressError)
      throw new MalformedMessageError(`"${key}": ${error.message}`, {}, { cause: error });
    throw error;
  }
}

function bareAddress(value: string, key: string): string {
  if (value.trim() === "") throw new MalformedMessageError(`"${key}" is empty`);
  if (hasControlCharacters(value)) throw new MalformedMessageError(`"${key}" has control characters in it`);
  return value;
}

/** A count that a registry tells. */
export function countField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedMessageError(`"${key}" is no count`);
}
