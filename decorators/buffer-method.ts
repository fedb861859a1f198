import { type RpcMethodDecorator } from "../lib/contract/decorated-member";
import { methodDecorator, type MethodOptions } from "./json-method";

/** Exposes a method that returns bytes and an object that describes them, a `BufferResult`. */
export function BufferMethod(options: MethodOptions = {}): RpcMethodDecorator {
  return methodDecorator("buffer", options);
}
