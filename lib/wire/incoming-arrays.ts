import { NdArray, shapeProblem } from "../contract/nd-array";
import {
  dtypeOf,
  ELEMENT_KINDS,
  type ElementKind,
  IS_LITTLE_ENDIAN,
  type TypedArray,
} from "../contract/typed-arrays";
import { MalformedMessageError } from "../errors";
import { platform } from "../platform/current";
import { looksLikeReference, type ReferenceKind, type Sendable } from "./array-reference";
import { isObject } from "./message";

/**
 * Puts the arrays of a message where the references to them stand.
 *
 * @param value - As it was read of the JSON; it is changed.
 * @param data - The frame behind the JSON.
 * @returns The value.
 * @throws MalformedMessageError for references that do not fit the frame, each other, or what arrays can be.
 */
export function withArrays(value: unknown, data: Uint8Array): unknown {
  const arrays = new IncomingArrays(data);
  const whole = arrays.placedIn(value);
  arrays.checkAllRead();
  return whole;
}

/** The frame of a message with the references to it. */
class IncomingArrays {
  /** Of all arrays so far: more than there is would be taken for copies of what is there once. */
  private bytes = 0;
  private end = 0;

  private readonly data: Uint8Array;

  constructor(data: Uint8Array) {
    // A small part of what was read would keep all of it in memory for as long as there is an array.
    this.data = data.length < data.buffer.byteLength / 2 ? new Uint8Array(data) : data;
  }

  placedIn(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (isObject(value) && looksLikeReference(value)) return this.read(value.nd);
    for (const [key, item] of Object.entries(value)) {
      const placed = this.placedIn(item);
      // Not assigned: a text may have a member "__proto__".
      if (placed !== item) Object.defineProperty(value, key, { ...PLAIN_MEMBER, value: placed });
    }
    return value;
  }

  /** @throws MalformedMessageError if bytes are left that nothing refers to. */
  checkAllRead(): void {
    if (this.end === this.data.length) return;
    throw malformed(`${this.data.length} bytes came, ${this.end} are referred to`);
  }

  private read(layout: unknown): Sendable {
    const { shape, dtype, offset = 0, kind } = isObject(layout) ? layout : {};
    const { elements, isSwapped } = elementsOf(dtype);
    if (!Array.isArray(shape)) throw malformed("its shape is no list");
    if (!Number.isSafeInteger(offset) || Number(offset) < 0)
      throw malformed("its offset is no whole number from 0 on");
    const begin = Number(offset);
    const length = sizeOf(shape);
    const end = begin + length * elements.bytes;
    if (!(end <= this.data.length)) {
      throw malformed(
        `it needs ${length * elements.bytes} bytes from ${begin} on, but ${this.data.length} came`,
      );
    }
    this.bytes += end - begin;
    if (this.bytes > this.data.length) throw malformed("several have the same bytes");
    this.end = Math.max(this.end, end);
    const array = arrayOver(elements, this.data.subarray(begin, end), isSwapped);
    return inKind(array, shape as readonly number[], kind);
  }
}

const PLAIN_MEMBER = { writable: true, enumerable: true, configurable: true };

function malformed(problem: string): MalformedMessageError {
  return new MalformedMessageError(`an array of the message cannot be read: ${problem}`);
}

function inKind(array: TypedArray, shape: readonly number[], kind: unknown): Sendable {
  if (kind === ("nd" satisfies ReferenceKind) || shape.length !== 1) return new NdArray(array, shape);
  if (!(array instanceof Uint8Array)) return array;
  if (kind === ("bytes" satisfies ReferenceKind)) return platform().bytesOf(array);
  return kind === ("clamped" satisfies ReferenceKind)
    ? new Uint8ClampedArray(array.buffer, array.byteOffset, array.length)
    : array;
}

/** @returns The number of elements; more than any frame holds where it is beyond all bounds. */
function sizeOf(shape: readonly unknown[]): number {
  const size = shape.reduce<number>((product, each) => product * Number(each), 1);
  const problem = shapeProblem(shape, size);
  if (problem !== undefined) throw malformed(`its shape ${problem}`);
  return size;
}

const DTYPE = /^([<>|])([a-z]\d)$/;

/** The first of two kinds with one code. */
const BY_CODE = new Map([...ELEMENT_KINDS].reverse().map((kind) => [kind.code, kind]));

/**
 * @throws MalformedMessageError for what is no kind of elements that there is an array for.
 */
function elementsOf(dtype: unknown): { readonly elements: ElementKind; readonly isSwapped: boolean } {
  const [, order = "", code = ""] = (typeof dtype === "string" ? DTYPE.exec(dtype) : undefined) ?? [];
  const elements = BY_CODE.get(code);
  if (elements === undefined || (order === "|" && elements.bytes > 1)) {
    const told = typeof dtype === "string" ? JSON.stringify(dtype.slice(0, 20)) : `of type ${typeof dtype}`;
    const known = [...BY_CODE.values()].reverse().map(dtypeOf).join(", ");
    throw malformed(`its dtype is ${told}, and must be one of ${known}, or the same with ">"`);
  }
  return { elements, isSwapped: elements.bytes > 1 && (order === "<") !== IS_LITTLE_ENDIAN };
}

/** An array over bytes, without a copy where they lie as it needs them. */
function arrayOver(elements: ElementKind, bytes: Uint8Array, isSwapped: boolean): TypedArray {
  const isAligned = bytes.byteOffset % elements.bytes === 0;
  // Not `slice`: that of a Buffer makes no copy.
  const own = isAligned && !isSwapped ? bytes : new Uint8Array(bytes);
  if (isSwapped) swap(own, elements.bytes);
  return new elements.type(own.buffer, own.byteOffset, own.length / elements.bytes);
}

/** Turns the bytes of each element round. */
function swap(bytes: Uint8Array, width: number): void {
  for (let begin = 0; begin < bytes.length; begin += width) bytes.subarray(begin, begin + width).reverse();
}

/**
 * Reads bytes as an array, as info objects and numpy say it: of a Python device that sends
 * `array.tobytes(), {"shape": array.shape, "dtype": array.dtype.str}`.
 *
 * @param bytes - All of the array and nothing else; not copied where they lie as the array needs them.
 * @throws MalformedMessageError if they do not fit the layout, or the layout is none.
 */
export function readArray(bytes: Uint8Array, layout: unknown): NdArray {
  const { shape, dtype } = isObject(layout) ? layout : {};
  return withArrays({ nd: { shape, dtype, kind: "nd" } }, bytes) as NdArray;
}
