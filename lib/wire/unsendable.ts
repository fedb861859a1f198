import { isNdArray } from "../contract/nd-array";

const BYTES = "send a Uint8Array of it";
const ARRAYS = "return it from a @BufferMethod, alone or in an object, or send a list: [...array]";

/** What the language's own objects are sent as instead, by the name that the language has for them. */
const CURES: Readonly<Record<string, string>> = {
  Map: "send Object.fromEntries(map), or [...map]",
  Set: "send [...set]",
  RegExp: "send its source",
  Error: "send its message",
  DOMException: "send its message",
  Promise: "await it first",
  ArrayBuffer: BYTES,
  SharedArrayBuffer: BYTES,
  Number: "send its valueOf()",
  String: "send its valueOf()",
  Boolean: "send its valueOf()",
  BigInt: "send its valueOf()",
  Symbol: "symbols do not travel",
  Arguments: "send [...arguments]",
  Generator: "send [...generator]",
  AsyncGenerator: "collect what it yields first",
};

/**
 * Why a value itself, whatever it holds, cannot be sent as JSON without a change, and what to do instead: the engine
 * would make `{}`, `null`, `{"0":1}` or nothing of it.
 *
 * @returns Nothing where it can be sent.
 */
export function unsendable(value: unknown): string | undefined {
  switch (typeof value) {
    case "function":
    case "symbol":
      return `a ${typeof value} cannot be sent as JSON`;
    case "object":
      return value === null || Array.isArray(value) ? undefined : unsendableObject(value);
    default:
      return undefined;
  }
}

function unsendableObject(value: object): string | undefined {
  if (ArrayBuffer.isView(value))
    return refusal(value.constructor.name, value instanceof DataView ? BYTES : ARRAYS);
  if (isNdArray(value)) return refusal("NdArray", ARRAYS.replace("...array", "...array.data"));
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  if (tag === "Object") return unsendableInstance(value);
  if (tag === "Date") {
    return Number.isNaN(Number(value)) ? refusal("Date that is no date", "send null") : undefined;
  }
  const cure = Object.hasOwn(CURES, tag) ? CURES[tag] : undefined;
  return cure === undefined ? unsendableInstance(value, tag) : refusal(tag, cure);
}

/** An object of a class that is not the language's. */
function unsendableInstance(value: object, tag = "Object"): string | undefined {
  if (isMethod(value, "toJSON")) return undefined;
  if (isMethod(value, "subscribe")) return refusal("Observable", "only a @Signal or a stream can be one");
  const isIterable = isMethod(value, Symbol.iterator) || isMethod(value, Symbol.asyncIterator);
  if (isIterable && isMethod(value, "next")) return refusal("generator", "collect what it yields first");
  // Its content is not in members that JSON could write.
  if ((isIterable || tag !== "Object") && Object.keys(value).length === 0) {
    return refusal(
      tag === "Object" ? value.constructor.name : tag,
      "send an object or a list of what it holds",
    );
  }
  return undefined;
}

function isMethod(value: object, key: PropertyKey): boolean {
  return typeof (Reflect.get(value, key) as unknown) === "function";
}

function refusal(name: string, cure: string): string {
  const article = /^[AEIO]/.test(name) ? "an" : "a";
  return `${article} ${name} cannot be sent as JSON: ${cure}`;
}
