import { MalformedMessageError } from "../errors";
import { decodeBrine } from "./brine/decoder";
import { encodeBrine } from "./brine/encoder";
import { type BrineValue } from "./brine/values";
import { isTuple } from "./registry-message";
import { isServicePort, type RegisteredAddress, type ServiceAddress } from "./service-address";

/** What is read of a reply over TCP at most, and sent: the names of ten thousand services, and twice that. */
export const MAX_REPLY_BYTES = 256 * 1024;

/** A tuple's tag and the longest length that may follow it. */
const TUPLE_HEAD_BYTES = 5;

/** A reply's bytes, and whether they hold all entries or only as many as the limit lets in. */
export interface EncodedReply {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/** The reply to REGISTER and UNREGISTER. */
export const OK_REPLY: EncodedReply = { bytes: encodeBrine("OK"), complete: true };

/** The reply to LIST where listing is off. */
export const LISTING_OFF_REPLY: EncodedReply = { bytes: encodeBrine(null), complete: true };

/** The reply to QUERY: as many of the addresses as fit into `maxBytes`, the first ones first. */
export function encodeAddresses(addresses: Iterable<RegisteredAddress>, maxBytes: number): EncodedReply {
  return encodeFitting(addresses, ({ host, port }) => [host, port], maxBytes);
}

/** The reply to LIST: as many of the names as fit into `maxBytes`, the first ones first. */
export function encodeNames(names: Iterable<string>, maxBytes: number): EncodedReply {
  return encodeFitting(names, (name) => name, maxBytes);
}

function encodeFitting<T>(
  entries: Iterable<T>,
  toBrine: (entry: T) => BrineValue,
  maxBytes: number,
): EncodedReply {
  const fitting: BrineValue[] = [];
  let size = TUPLE_HEAD_BYTES;
  for (const entry of entries) {
    const value = toBrine(entry);
    size += encodeBrine(value).length;
    if (size > maxBytes) return { bytes: encodeBrine(fitting), complete: false };
    fitting.push(value);
  }
  return { bytes: encodeBrine(fitting), complete: true };
}

/** Whether bytes are the `"OK"` of a registry. */
export function isOk(bytes: Uint8Array): boolean {
  try {
    return decodeBrine(bytes) === "OK";
  } catch {
    return false;
  }
}

/**
 * The addresses of a reply to QUERY. An entry that is no host and port is left out: anyone can register one
 * with a registry that does not check, and it must not hide the others.
 *
 * @throws MalformedMessageError if the bytes are no tuple.
 */
export function decodeAddresses(bytes: Uint8Array): readonly ServiceAddress[] {
  const reply = decodeBrine(bytes);
  if (!isTuple(reply))
    throw new MalformedMessageError("RPyC registry reply: QUERY is not answered by a tuple");
  return reply.flatMap((entry) => {
    if (!isTuple(entry) || entry.length !== 2) return [];
    const [host, port] = entry;
    return typeof host === "string" && host !== "" && isServicePort(port) ? [{ host, port }] : [];
  });
}

/**
 * The names of a reply to LIST; `null` where the registry does not allow listing.
 *
 * @throws MalformedMessageError if the bytes are neither a tuple nor None.
 */
export function decodeNames(bytes: Uint8Array): readonly string[] | null {
  const reply = decodeBrine(bytes);
  if (reply === null) return null;
  if (!isTuple(reply))
    throw new MalformedMessageError("RPyC registry reply: LIST is not answered by a tuple");
  return reply.filter((name) => typeof name === "string");
}
