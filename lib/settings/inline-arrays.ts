import { isRecord } from "../contract/as-it-is";
import { MalformedMessageError } from "../errors";
import { type Sendable } from "../wire/array-reference";
import { withArrays } from "../wire/incoming-arrays";
import { type ArrayWriter, OutgoingArrays } from "../wire/outgoing-arrays";

/*
 * A file of JSON has no further frame for arrays. Each stands where it belongs, as on the wire but with its bytes:
 * `{"nd":{"shape":[3],"dtype":"<f8"},"base64":"…"}`.
 */

/** Writes arrays and bytes into the text itself. */
export const INLINE: ArrayWriter = { isStrict: false, add: inline };

function inline(array: Sendable, place: string): string {
  const [reference, arrays] = OutgoingArrays.writing((writer) => writer.add(array, place));
  const bytes = arrays.sharedFrame() ?? new Uint8Array();
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return `${reference.slice(0, -1)},"base64":"${base64}"}`;
}

/**
 * A value that was read of such a text, with its arrays.
 *
 * @throws MalformedMessageError for an array that is none.
 */
export function withInlineArrays(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withInlineArrays);
  if (!isRecord(value)) return value;
  if (isInlineArray(value)) return withArrays({ nd: value.nd }, bytesOf(value.base64));
  // Entries, since a file may have a member "__proto__".
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withInlineArrays(item)]));
}

function isInlineArray(value: object): value is { readonly nd: object; readonly base64: string } {
  const { nd, base64 } = value as { readonly nd?: unknown; readonly base64?: unknown };
  return Object.keys(value).length === 2 && isRecord(nd) && typeof base64 === "string";
}

function bytesOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64) {
    throw new MalformedMessageError("an array cannot be read: its bytes are no base64");
  }
  // Not a part of Node's shared pool: it would be kept in memory for as long as there is an array.
  return new Uint8Array(bytes);
}
