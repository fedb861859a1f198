import { ContractError } from "../errors";
import { NdArray } from "./nd-array";
import { remembered } from "./remembered";
import { bufferClass, elementKindOfClass, type ElementKind, type TypedArrayClass } from "./typed-arrays";

/** A class that can be made with `new`. */
export type Constructor<T = unknown> = abstract new (...args: never[]) => T;

/** What a value on the wire is declared to be. Made from a {@link TypeSpec}. */
export type ValueType =
  | { readonly kind: "any" | "string" | "number" | "bigint" | "boolean" | "object" | "date" | "null" }
  | { readonly kind: "integer"; readonly isAnySize?: boolean }
  | { readonly kind: "array"; readonly items: ValueType }
  | { readonly kind: "tuple"; readonly items: readonly ValueType[] }
  /** A list on the wire, without order and repetition; a `Set` on this side. */
  | { readonly kind: "set"; readonly items: ValueType }
  /** An object with any keys. */
  | { readonly kind: "dict"; readonly values: ValueType }
  | { readonly kind: "union"; readonly members: readonly ValueType[] }
  /** One of a few texts and numbers. */
  | { readonly kind: "choice"; readonly values: readonly (string | number)[] }
  | { readonly kind: "dto"; readonly dto: Constructor<object> }
  /** A typed array of one kind. */
  | { readonly kind: "typed-array"; readonly elements: ElementKind }
  /** A typed array with a shape; of elements of any kind where none is said. */
  | { readonly kind: "nd-array"; readonly elements?: ElementKind }
  /** A `Buffer` on Node, a `Uint8Array` elsewhere. */
  | { readonly kind: "bytes" };

/**
 * How a user writes a type: `String`, `Number`, `Boolean`, `BigInt`, `Object` (a JSON object), `Array` (of anything),
 * `Date`, a class with class-validator decorators, `Buffer`, a class of typed arrays such as `Float64Array`, `NdArray`,
 * or what {@link Integer}, {@link Any}, {@link arrayOf},
 * {@link tupleOf}, {@link setOf}, {@link dictOf}, {@link oneOf}, {@link enumOf} and {@link ndArrayOf} give. A function
 * without parameters that gives one of them, `() => Step`, is asked when the class is first used: for imports that go in a circle.
 */
export type TypeSpec = Constructor | BigIntConstructor | ValueType | LazyType;

/** A type that is not there yet while the class is decorated. */
export type LazyType = () => Constructor | BigIntConstructor | ValueType;

/**
 * A whole number. Where `Number` is declared, fractions are welcome as well. One past ±(2^53 − 1) is a `bigint`, and
 * fits where the declared type has room for it: `bigint`, `number | bigint`, and every signal; not `number`.
 */
export const Integer: ValueType = { kind: "integer" };

/** Any JSON value, unchecked. */
export const Any: ValueType = { kind: "any" };

/** A list in which every item is of one type. */
export function arrayOf(items: TypeSpec): ValueType {
  if (!isLazy(items)) return { kind: "array", items: valueType(items) };
  const resolve = once(() => valueType(items));
  return {
    kind: "array",
    get items() {
      return resolve();
    },
  };
}

/** A list of a fixed length, each place with a type of its own, such as a size `tupleOf(Integer, Integer)`. */
export function tupleOf(...items: TypeSpec[]): ValueType {
  if (!items.some(isLazy)) return { kind: "tuple", items: items.map(valueType) };
  const resolve = once(() => items.map(valueType));
  return {
    kind: "tuple",
    get items() {
      return resolve();
    },
  };
}

/** A `Set` in which every item is of one type. On the wire it is a list (plantimager RPC). */
export function setOf(items: TypeSpec): ValueType {
  const resolve = once(() => valueType(items));
  if (!isLazy(items)) resolve();
  return {
    kind: "set",
    get items() {
      return resolve();
    },
  };
}

/** An object with any keys, in which every value is of one type, such as `dictOf(Number)`: a `dict` of the originals. */
export function dictOf(values: TypeSpec): ValueType {
  const resolve = once(() => valueType(values));
  if (!isLazy(values)) resolve();
  return {
    kind: "dict",
    get values() {
      return resolve();
    },
  };
}

/**
 * A union: a value is of the first type that takes it as it is, else of the first that it can be converted to. `null`
 * stands for itself, as in `oneOf(Integer, null)`.
 *
 * @throws ContractError where there is nothing to choose from.
 */
export function oneOf(...types: (TypeSpec | null)[]): ValueType {
  if (types.length === 0) throw new ContractError("oneOf() was given nothing to choose from");
  const resolve = once(() => types.map((type): ValueType => (type === null ? NULL : valueType(type))));
  if (!types.some((type) => type !== null && isLazy(type))) resolve();
  return {
    kind: "union",
    get members() {
      return resolve();
    },
  };
}

/** A typed array with a shape whose elements are of one kind: `ndArrayOf(Uint16Array)` of an image with 16 bits. */
export function ndArrayOf(elements: TypedArrayClass): ValueType {
  const kind = elementKindOfClass(elements);
  if (kind === undefined)
    throw new ContractError("ndArrayOf() takes a class of typed arrays, such as Uint16Array");
  return { kind: "nd-array", elements: kind };
}

const NULL: ValueType = { kind: "null" };

/**
 * One of the values of a TypeScript enum, or of a list of texts and numbers.
 *
 * @throws ContractError where there is nothing to choose from, as in a circle of imports.
 */
export function enumOf(choices: EnumObject | readonly (string | number)[]): ValueType {
  if ((choices as unknown) === undefined) {
    throw new ContractError(
      "enumOf() was given nothing: do the imports go in a circle? Write type: () => enumOf(…)",
    );
  }
  return choiceType(isList(choices) ? choices : enumValues(choices));
}

/** What the compiler makes of an enum. */
export type EnumObject = Readonly<Record<string, string | number>>;

/**
 * @throws ContractError for an empty list.
 */
export function choiceType(values: readonly (string | number)[]): ValueType {
  if (values.length === 0) throw new ContractError("there is nothing to choose from");
  return { kind: "choice", values: [...new Set(values)] };
}

/** Of an enum with numbers the compiler makes an object that also leads from each number to its name. */
function enumValues(choices: EnumObject): (string | number)[] {
  return Object.entries(choices)
    .filter(([name, value]) => !(typeof value === "string" && choices[value] === Number(name)))
    .map(([, value]) => value);
}

function isList(value: EnumObject | readonly (string | number)[]): value is readonly (string | number)[] {
  return Array.isArray(value);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const BUILT_IN = new Map<unknown, ValueType>([
  [String, { kind: "string" }],
  [Number, { kind: "number" }],
  [BigInt, { kind: "bigint" }],
  [Boolean, { kind: "boolean" }],
  [Object, { kind: "object" }],
  [Array, { kind: "array", items: Any }],
  [Date, { kind: "date" }],
  [NdArray, { kind: "nd-array" }],
  ...(bufferClass() === undefined ? [] : [[bufferClass(), { kind: "bytes" }] as const]),
]);

const BYTES = "use a Uint8Array of it";

/** Classes that cannot be sent, with what to do instead. */
const NOT_ON_THE_WIRE = new Map<unknown, string>([
  [ArrayBuffer, BYTES],
  [DataView, BYTES],
  [Map, "use an object"],
  [Set, "use an array"],
  [RegExp, "use its source"],
  [Symbol, "symbols do not travel"],
  [Function, "functions do not travel"],
  [Promise, "use the promised type"],
]);

/**
 * @param spec - Undefined in a circle of imports, whatever the compiler promises.
 * @throws ContractError for a class that cannot travel as JSON, or is not there yet.
 */
export function valueType(spec: TypeSpec | undefined): ValueType {
  if (isValueType(spec)) return spec;
  if (spec !== undefined && isLazy(spec)) return valueType(spec());
  if (spec === undefined || typeof (spec as unknown) !== "function") {
    throw new ContractError(
      `its type is ${String(spec)}: do the imports go in a circle, or is its class declared further down? ` +
        "Say it when it is there, as in type: () => Step",
    );
  }
  const cure = NOT_ON_THE_WIRE.get(spec);
  if (cure !== undefined) throw new ContractError(`a ${spec.name} cannot travel as JSON: ${cure}`);
  const elements = elementKindOfClass(spec);
  if (elements !== undefined) return { kind: "typed-array", elements };
  return BUILT_IN.get(spec) ?? { kind: "dto", dto: spec as Constructor<object> };
}

/**
 * The type that the compiler wrote down for a member or parameter (`emitDecoratorMetadata`). It says `Object` for
 * every interface and union, so `Object` from here tells nothing; a class that is not there yet, in a circle of imports,
 * is undefined.
 *
 * @returns Nothing where the compiler does not know.
 * @throws ContractError for a class that cannot travel as JSON, or is not there yet.
 */
export function valueTypeFromCompiler(designType: unknown): ValueType | undefined {
  if (designType === Object) return undefined;
  return valueType(designType as Constructor | undefined);
}

/** Of all functions only those of the arrow kind, and methods, make no objects. */
function isLazy(spec: TypeSpec): spec is LazyType {
  return typeof spec === "function" && spec.prototype === undefined;
}

/** Why a value cannot travel as JSON, with what to do instead; nothing where its class says nothing against it. */
export function whyNotJson(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [type, cure] of NOT_ON_THE_WIRE) {
    if (typeof type === "function" && value instanceof type)
      return `a ${type.name} cannot travel as JSON: ${cure}`;
  }
  return undefined;
}

/** Whether something is a type as a user writes it, and no object of options. */
export function isTypeSpec(value: object): value is TypeSpec {
  return typeof value === "function" || isValueType(value);
}

export function isValueType(value: unknown): value is ValueType {
  return typeof value === "object" && value !== null && "kind" in value;
}

/**
 * Whether values of a type may hold arrays that travel as bytes. Classes and what is not known may. Asked for every value
 * that is read: looked into once.
 */
export const mayHoldArrays = remembered((type: ValueType) => HOLDERS.some((kind) => holdsKind(type, kind)));

const HOLDERS: readonly ValueType["kind"][] = ["typed-array", "nd-array", "bytes", "any", "object", "dto"];

/** Whether a kind of types is a type's own or that of one within it. Classes are not looked into. */
export function holdsKind(type: ValueType, kind: ValueType["kind"], seen = new Set<ValueType>()): boolean {
  if (type.kind === kind) return true;
  // A type may hold itself, by way of a function.
  if (seen.has(type)) return false;
  seen.add(type);
  return typesWithin(type).some((inner) => holdsKind(inner, kind, seen));
}

function typesWithin(type: ValueType): readonly ValueType[] {
  switch (type.kind) {
    case "array":
    case "set":
      return [type.items];
    case "tuple":
      return type.items;
    case "dict":
      return [type.values];
    case "union":
      return type.members;
    default:
      return [];
  }
}

/**
 * A type as a reader of an error or of an inventory sees it: `integer`, `string[]`, `[number, number]`,
 * `Record<string, number>`, `Set<string>`, `integer | null`.
 */
export function typeName(type: ValueType): string {
  switch (type.kind) {
    case "array": {
      const isChoice = type.items.kind === "choice" || type.items.kind === "union";
      return isChoice ? `(${typeName(type.items)})[]` : `${typeName(type.items)}[]`;
    }
    case "choice":
      return type.values.map((value) => JSON.stringify(value)).join(" | ");
    case "tuple":
      return `[${type.items.map(typeName).join(", ")}]`;
    case "set":
      return `Set<${typeName(type.items)}>`;
    case "dict":
      return `Record<string, ${typeName(type.values)}>`;
    case "union":
      return type.members.map(typeName).join(" | ");
    case "dto":
      return type.dto.name;
    case "typed-array":
      return type.elements.name;
    case "nd-array":
      return type.elements === undefined ? "NdArray" : `NdArray<${type.elements.name}>`;
    default:
      return type.kind;
  }
}
