import { type NdArray } from "./nd-array";
import { type TypedArray } from "./typed-arrays";

/**
 * What a `@BufferMethod` returns: the bytes, and a JSON object that describes them. See {@link ArrayResult} for numbers.
 *
 * The bytes are sent without a copy: leave them alone after they were returned. A receiver gets them as a `Buffer`.
 */
export type BufferResult<Info extends object = Record<string, unknown>> = readonly [
  data: Uint8Array,
  info: Info,
];

/**
 * What a `@BufferMethod` returns besides: numbers with or without a shape, and a JSON object that describes them. A
 * method may as well return an array alone, or an object that holds any number of them: `{ image, background, gain: 2 }`.
 *
 * An array that is alone is sent without a copy: leave it alone after it was returned.
 */
export type ArrayResult<
  A extends NdArray | TypedArray = NdArray,
  Info extends object = Record<string, unknown>,
> = readonly [array: A, info: Info];
