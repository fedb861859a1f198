import { ContractError } from "../errors";

/** A class that can be made with `new`. */
export type Constructor<T = unknown> = abstract new (...args: never[]) => T;

/** What a value on the wire is declared to be. Made from a {@link TypeSpec}. */
export type ValueType =
  | { readonly kind: "any" | "string" | "number" | "bigint" | "boolean" | "object" | "date" }
  | { readonly kind: "integer"; readonly isAnySize?: boolean }
  | { readonly kind: "array"; readonly items: ValueType }
  | { readonly kind: "tuple"; readonly items: readonly ValueType[] }
  | { readonly kind: "dto"; readonly dto: Constructor<object> };

/**
 * How a user writes a type: `String`, `Number`, `Boolean`, `BigInt`, `Object` (a JSON object), `Array` (of anything),
 * `Date`, a class with class-validator decorators, or what {@link Integer}, {@link Any}, {@link arrayOf} and
 * {@link tupleOf} give.
 */
export type TypeSpec = Constructor | BigIntConstructor | ValueType;

/**
 * A whole number. Where `Number` is declared, fractions are welcome as well. One past ±(2^53 − 1) is a `bigint`, and
 * fits where the declared type has room for it: `bigint`, `number | bigint`, and every signal; not `number`.
 */
export const Integer: ValueType = { kind: "integer" };

/** Any JSON value, unchecked. */
export const Any: ValueType = { kind: "any" };

/** A list in which every item is of one type. */
export function arrayOf(items: TypeSpec): ValueType {
  return { kind: "array", items: valueType(items) };
}

/** A list of a fixed length, each place with a type of its own, such as a size `tupleOf(Integer, Integer)`. */
export function tupleOf(...items: TypeSpec[]): ValueType {
  return { kind: "tuple", items: items.map(valueType) };
}

const BUILT_IN = new Map<unknown, ValueType>([
  [String, { kind: "string" }],
  [Number, { kind: "number" }],
  [BigInt, { kind: "bigint" }],
  [Boolean, { kind: "boolean" }],
  [Object, { kind: "object" }],
  [Array, { kind: "array", items: Any }],
  [Date, { kind: "date" }],
]);

const BYTES = "bytes travel only as the result of a @BufferMethod";
const NUMBERS = "use an array of numbers";

/** Classes that JSON cannot carry, with what to do instead. */
const NOT_ON_THE_WIRE = new Map<unknown, string>([
  // Node's own class; elsewhere there is none.
  [Reflect.get(globalThis, "Buffer"), BYTES],
  [Uint8Array, BYTES],
  [Uint8ClampedArray, BYTES],
  [ArrayBuffer, BYTES],
  [DataView, BYTES],
  [Int8Array, NUMBERS],
  [Int16Array, NUMBERS],
  [Uint16Array, NUMBERS],
  [Int32Array, NUMBERS],
  [Uint32Array, NUMBERS],
  [Float32Array, NUMBERS],
  [Float64Array, NUMBERS],
  [BigInt64Array, NUMBERS],
  [BigUint64Array, NUMBERS],
  [Map, "use an object"],
  [Set, "use an array"],
  [RegExp, "use its source"],
  [Symbol, "symbols do not travel"],
  [Function, "functions do not travel"],
  [Promise, "use the promised type"],
]);

/**
 * @throws ContractError for a class that cannot travel as JSON.
 */
export function valueType(spec: TypeSpec): ValueType {
  if (isValueType(spec)) return spec;
  // Whatever the compiler promises: an import that goes in a circle is undefined while the class is decorated.
  if (typeof (spec as unknown) !== "function") {
    throw new ContractError(
      `its type is ${String(spec)}: do the imports go in a circle, or is its class declared further down?`,
    );
  }
  const cure = NOT_ON_THE_WIRE.get(spec);
  if (cure !== undefined) throw new ContractError(`a ${spec.name} cannot travel as JSON: ${cure}`);
  return BUILT_IN.get(spec) ?? { kind: "dto", dto: spec as Constructor<object> };
}

/**
 * The type that the compiler wrote down for a member or parameter (`emitDecoratorMetadata`). It says `Object` for
 * every interface and union, so `Object` from here tells nothing.
 */
export function valueTypeFromCompiler(designType: unknown): ValueType {
  if (typeof designType !== "function" || designType === Object) return Any;
  return valueType(designType as Constructor);
}

export function isValueType(value: unknown): value is ValueType {
  return typeof value === "object" && value !== null && "kind" in value;
}

/** A type as a reader of an error or of an inventory sees it: `integer`, `string[]`, `[number, number]`. */
export function typeName(type: ValueType): string {
  switch (type.kind) {
    case "array":
      return `${typeName(type.items)}[]`;
    case "tuple":
      return `[${type.items.map(typeName).join(", ")}]`;
    case "dto":
      return type.dto.name;
    default:
      return type.kind;
  }
}
