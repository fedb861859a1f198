import { MalformedMessageError } from "../errors";
import { isObject } from "./message";

/** For whom a client asks that asks for others, as a gateway does: by its own word, which nobody has proved. */
export interface RepresentedCaller {
  /** Tells those for whom one client asks apart: printable ASCII without spaces, at most 64 characters. */
  readonly id: string;
  /** What people know it by: printable, at most 64 characters. */
  readonly name?: string | undefined;
  /** Where it connects from: printable, at most 64 characters. */
  readonly address?: string | undefined;
}

/** A text grows by less than this with whom it is for, in bytes. */
export const MAX_REPRESENTED_BYTES = 1_024;

const ID = /^[\x21-\x7e]{1,64}$/;

/** Nothing that changes how a line of a log or of a terminal reads. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/**
 * Reads for whom a request is made. What is no such thing is refused, and not left out: it would be carried out as if
 * the client had asked for itself.
 *
 * @returns Nothing where the client asks for itself.
 * @throws MalformedMessageError for what cannot be read.
 */
export function decodeRepresentedCaller(value: unknown): RepresentedCaller | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw new MalformedMessageError('"onBehalfOf" is no object');
  const { id, name, address } = value;
  if (typeof id !== "string" || !ID.test(id)) {
    throw new MalformedMessageError('"id" of "onBehalfOf" is no text of 1 to 64 printable ASCII characters');
  }
  return { id, ...printable("name", name), ...printable("address", address) };
}

function printable<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  if (value === undefined) return {};
  if (typeof value === "string" && PRINTABLE.test(value)) return { [key]: value } as Record<Key, string>;
  throw new MalformedMessageError(`"${key}" of "onBehalfOf" is no text of 1 to 64 printable characters`);
}

/**
 * The text of a request, made for somebody. It stands last: of a key that comes twice, the last counts.
 *
 * @param text - A JSON object that has keys.
 */
export function onBehalfOf(text: string, caller: RepresentedCaller): string {
  return `${text.slice(0, text.lastIndexOf("}"))},"onBehalfOf":${JSON.stringify(caller)}}`;
}
