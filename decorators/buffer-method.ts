import { type RpcMethodDecorator } from "../lib/contract/decorated-member";
import { type TypeSpec } from "../lib/contract/value-type";
import { methodDecorator, type MethodOptions } from "./json-method";

/** How a method that returns bytes or arrays is called: options of `@BufferMethod`. */
export interface BufferMethodOptions extends MethodOptions {
  /**
   * What it returns: `Float64Array`, `ndArrayOf(Uint16Array)`, `tupleOf(NdArray, Object)` for an array with what describes
   * it, `Object` for one that holds several. Other results are failures, and generic clients are told. Default: anything
   * that can be sent.
   */
  readonly returns?: TypeSpec;
}

/**
 * Exposes a method that returns bytes and an object that describes them, a `BufferResult`; or arrays of numbers: a typed
 * array or `nd(data, shape)` alone, an `ArrayResult`, or an object that holds any number of them.
 */
export function BufferMethod(options: BufferMethodOptions = {}): RpcMethodDecorator {
  return methodDecorator("buffer", options);
}
