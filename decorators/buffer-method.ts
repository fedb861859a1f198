import { recordsOf } from "../lib/contract/records";
import { type MethodOptions } from "./json-method";

/** Exposes a method that returns bytes and an object that describes them, a `BufferResult`. */
export function BufferMethod(options: MethodOptions = {}): MethodDecorator {
  return (prototype, member) => {
    recordsOf(prototype, member).members.set(String(member), {
      kind: "method",
      result: "buffer",
      ...options,
    });
  };
}
