import { ValidationError } from "../errors";
import {
  bytesOfArray,
  dtypeOf,
  elementKindOf,
  isNodeBuffer,
  type ElementKind,
  type TypedArray,
} from "./typed-arrays";

/** As many dimensions as numpy's arrays of old have. */
export const MAX_DIMENSIONS = 32;

/** So that one of another copy of the library is known as well. */
const BRAND = Symbol.for("rigwire.NdArray");

/**
 * Numbers with a shape, such as the pixels of an image: what `numpy.ndarray` is in Python. The last index changes
 * fastest ("C order"). Made with {@link nd}.
 */
export class NdArray<T extends TypedArray = TypedArray> {
  /**
   * @throws ValidationError if the shape is none, or has another number of elements than the data.
   */
  constructor(
    /** All elements, row by row. Not a copy: what is changed here changes in the array. */
    readonly data: T,
    /** The length of each dimension, the slowest first: `[rows, columns]` of an image. */
    readonly shape: readonly number[],
  ) {
    checkKind(data);
    checkShape(shape, data.length);
  }

  /** The kind of the elements as numpy writes it, such as `<u2`. */
  get dtype(): string {
    return dtypeOf(checkKind(this.data));
  }

  /** How many elements there are. */
  get size(): number {
    return this.data.length;
  }

  /**
   * One element.
   *
   * @param indices - One for each dimension, from 0: `image.at(row, column)`.
   * @throws RangeError for an index that is not within the shape.
   */
  at(...indices: readonly number[]): T[number] {
    const { data, shape } = this;
    const isWithin =
      indices.length === shape.length &&
      shape.every((length, axis) => Number.isInteger(indices[axis]) && isIndex(indices[axis] ?? -1, length));
    const place = isWithin ? shape.reduce((at, length, axis) => at * length + (indices[axis] ?? 0), 0) : -1;
    const value = data[place];
    if (value === undefined)
      throw new RangeError(`[${indices.join(", ")}] is not within [${shape.join(", ")}]`);
    return value;
  }
}

Object.defineProperties(NdArray.prototype, {
  [BRAND]: { value: true },
  [Symbol.toStringTag]: { value: "NdArray" },
});

function isIndex(index: number, length: number): boolean {
  return index >= 0 && index < length;
}

/** Whether a value is an {@link NdArray}. */
export function isNdArray(value: unknown): value is NdArray {
  return typeof value === "object" && value !== null && Reflect.get(value, BRAND) === true;
}

/** How bytes are read as an array, as numpy and the info objects of buffers say it. */
export interface NdLayout {
  /** The length of each dimension, the slowest first. */
  readonly shape: readonly number[];
  /** The kind of the elements as numpy writes it (`array.dtype.str`), such as `<u2`, `>f4`, `|u1`. */
  readonly dtype: string;
}

/**
 * Gives numbers a shape, for sending them: `return nd(pixels, [1024, 1280])` is an image of 1,024 rows.
 *
 * @param data - All elements, row by row; not copied. Of a `Buffer` or `Uint8ClampedArray` its bytes.
 * @param shape - The length of each dimension, the slowest first. Default: one dimension.
 * @throws ValidationError if the shape is none, or has another number of elements than the data.
 */
export function nd<T extends TypedArray>(data: T, shape: readonly number[] = [data.length]): NdArray<T> {
  const isBytes = isNodeBuffer(data) || elementKindOf(data)?.name === "Uint8ClampedArray";
  // Bytes are bytes: what reads an array needs no kinds of them.
  return new NdArray(isBytes ? (bytesOfArray(data) as T) : data, [...shape]);
}

/**
 * @param length - How many elements there are.
 * @throws ValidationError if the shape is none, or has another number of elements.
 */
export function checkShape(shape: readonly number[], length: number): void {
  const problem = shapeProblem(shape, length);
  if (problem !== undefined) throw new ValidationError(`the shape [${excerpt(shape)}] ${problem}`);
}

/** What is wrong with a shape of so many elements, as the end of a sentence; nothing where all is well. */
export function shapeProblem(shape: readonly unknown[], length: number): string | undefined {
  if (shape.length > MAX_DIMENSIONS) return `has more than ${MAX_DIMENSIONS} dimensions`;
  let size = 1;
  for (const each of shape) {
    if (!Number.isSafeInteger(each) || Number(each) < 0)
      return "has a length that is no whole number from 0 on";
    size *= Number(each);
  }
  return size === length ? undefined : `has ${size} elements, but the data has ${length}`;
}

const EXCERPT = 8;

function excerpt(shape: readonly unknown[]): string {
  const shown = shape.slice(0, EXCERPT).map((each) => String(each).slice(0, 2 * EXCERPT));
  return [...shown, ...(shape.length > EXCERPT ? ["…"] : [])].join(", ");
}

function checkKind(data: TypedArray): ElementKind {
  const kind = elementKindOf(data);
  if (kind === undefined)
    throw new ValidationError("an NdArray is made of a typed array, such as a Uint16Array");
  return kind;
}
