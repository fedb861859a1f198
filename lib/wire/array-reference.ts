import { isRecord } from "../contract/as-it-is";
import { isNdArray, type NdArray } from "../contract/nd-array";
import { elementKindOf, type TypedArray } from "../contract/typed-arrays";

/*
 * Arrays travel as bytes. All of one message lie in one frame behind its JSON, each at a multiple of 8 bytes; where one
 * stands in the JSON there is a reference, `{"nd":{"shape":[1024,1280],"dtype":"<u2","offset":8}}`. docs/wire-protocol.md.
 */

/** What can be sent as bytes. */
export type Sendable = TypedArray | NdArray;

/** What a reference says where its shape and dtype do not say enough. */
export type ReferenceKind =
  /** An `NdArray` of one dimension: else a typed array is meant. */
  | "nd"
  /** A `Buffer`. */
  | "bytes"
  /** A `Uint8ClampedArray`. */
  | "clamped";

export function isSendableArray(value: unknown): value is Sendable {
  return elementKindOf(value) !== undefined || isNdArray(value);
}

/** Whether an object is a reference, or one of the user's own that looks like one. */
export function looksLikeReference(value: object): value is { readonly nd: object } {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "nd" && isRecord(Reflect.get(value, "nd"));
}
