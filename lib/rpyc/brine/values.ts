/** Python's `...`. */
export const ELLIPSIS: unique symbol = Symbol("Ellipsis");

/** Python's `NotImplemented`. */
export const NOT_IMPLEMENTED: unique symbol = Symbol("NotImplemented");

/** A Python float. A class of its own, because `1.0` and `1` are different values in Python. */
export class PyFloat {
  constructor(readonly value: number) {}

  /** The number itself. */
  valueOf(): number {
    return this.value;
  }
}

/** A Python complex number. */
export class PyComplex {
  constructor(
    readonly real: number,
    readonly imag: number,
  ) {}
}

/** Python's `slice(start, stop, step)`; what is not given is `null`. */
export class PySlice {
  constructor(
    readonly start: BrineValue = null,
    readonly stop: BrineValue = null,
    readonly step: BrineValue = null,
  ) {}
}

/**
 * What brine carries (RPyC brine), as decoding gives it; encoding it again gives the same Python value.
 *
 * | Python | TypeScript |
 * |---|---|
 * | `None`, `bool`, `str` | `null`, `boolean`, `string` |
 * | `int` | `number` if it is a safe integer, else `bigint` |
 * | `float`, also a whole one | {@link PyFloat} |
 * | `complex`, `slice` | {@link PyComplex}, {@link PySlice} |
 * | `bytes` | `Uint8Array` |
 * | `tuple`, `frozenset` | array, `Set` |
 * | `Ellipsis`, `NotImplemented` | {@link ELLIPSIS}, {@link NOT_IMPLEMENTED} |
 *
 * Encoding takes a little more than decoding gives: a `number` that is no safe integer (`1.5`, `NaN`, `-0`,
 * `1e300`) is a float, and a `bigint` of any size an int.
 */
export type BrineValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | typeof ELLIPSIS
  | typeof NOT_IMPLEMENTED
  | PyFloat
  | PyComplex
  | PySlice
  | readonly BrineValue[]
  | ReadonlySet<BrineValue>;
