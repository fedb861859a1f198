import { isNdArray } from "../contract/nd-array";

/*
 * What values of JSON take in the engine's heap, in bytes, at most: a slot of a list or an object is a pointer, and what
 * it points to has a head.
 */
const SLOT_BYTES = 8;
const NUMBER_BYTES = 16;
const TEXT_BYTES = 24;
const BYTES_PER_UNIT = 2;
const LIST_BYTES = 48;
const OBJECT_BYTES = 56;
/** Objects with many members are tables, with room for more. */
const MEMBER_BYTES = 64;
const BIGINT_BYTES = 24;
/** With the object of the array, and the one of its memory. */
const ARRAY_BYTES = 256;
const HEX_DIGITS_PER_BYTE = 2;

/** What a request takes besides its values: its own object, its place in the queue, its way back. */
const REQUEST_BYTES = 1_024;

/**
 * What a request with these values takes while it waits, in bytes: an upper bound. A text counts with two bytes a
 * character.
 *
 * @param values - As JSON gives them, with arrays of numbers in them.
 * @param enough - Where the count may end: whether it is more than this is all that matters.
 */
export function keptBytes(values: readonly unknown[], enough: number): number {
  let bytes = REQUEST_BYTES;
  const open: object[] = [values];
  const count = (value: unknown): void => {
    if (typeof value === "object" && value !== null) open.push(value);
    else bytes += bytesOfPrimitive(value);
  };
  for (let next = open.pop(); next !== undefined && bytes <= enough; next = open.pop()) {
    if (ArrayBuffer.isView(next)) {
      bytes += ARRAY_BYTES + next.byteLength;
    } else if (isNdArray(next)) {
      bytes += ARRAY_BYTES;
      count(next.data);
    } else if (Array.isArray(next)) {
      bytes += LIST_BYTES + SLOT_BYTES * next.length;
      for (const value of next) count(value);
    } else {
      bytes += OBJECT_BYTES;
      for (const [name, value] of Object.entries(next)) {
        bytes += MEMBER_BYTES + BYTES_PER_UNIT * name.length;
        count(value);
      }
    }
  }
  return bytes;
}

function bytesOfPrimitive(value: unknown): number {
  switch (typeof value) {
    case "string":
      return TEXT_BYTES + BYTES_PER_UNIT * value.length;
    case "number":
      return NUMBER_BYTES;
    case "bigint":
      return BIGINT_BYTES + value.toString(16).length / HEX_DIGITS_PER_BYTE;
    default:
      return 0;
  }
}
