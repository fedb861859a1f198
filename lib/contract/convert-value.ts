import { ValidationError } from "../errors";
import { isDateText, isRecord, takesAsItIs } from "./as-it-is";
import { excerpt, shorten } from "./excerpt";
import { hasConstraints, type Unchecked } from "./constraints";
import { arrayCure, arrayExcerpt, type ArrayType, toArray } from "./convert-array";
import { dtoInstance } from "./dto-instance";
import { typeName, type Constructor, type ValueType } from "./value-type";

/**
 * Brings a value from the wire to its declared type, as the original coerces (plantimager RPC): `"5"` to 5 where a
 * number is declared, a number to its text where a string is declared, never a guess.
 *
 * @param place - What the value is, for the error: an argument's or property's name.
 * @param unchecked - Receives every instance of a DTO class that was made; check them with `checkConstraints`.
 * @throws ValidationError where the value does not fit.
 */
export function convertValue(
  type: ValueType,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): unknown {
  switch (type.kind) {
    case "any":
      return value;
    case "array":
      return asArray(type, value, place).map((item, index) =>
        convertValue(type.items, item, `${place}[${index}]`, unchecked),
      );
    case "tuple":
      return toTuple(type, value, place, unchecked);
    case "set":
      return toSet(type, value, place, unchecked);
    case "dict":
      return toDict(type, value, place, unchecked);
    case "union":
      return toMember(type, value, place, unchecked);
    case "dto":
      return toInstance(type.dto, value, place, unchecked);
    case "choice":
      return toChoice(type, value, place);
    case "typed-array":
    case "nd-array":
    case "bytes": {
      const array = toArray(type, value);
      if (array === undefined) throw mismatch(type, value, place);
      return array;
    }
    default: {
      const isWide = type.kind === "integer" && type.isAnySize === true && typeof value === "bigint";
      const converted = isWide ? value : PRIMITIVES[type.kind](value);
      if (converted === undefined) throw mismatch(type, value, place);
      return converted;
    }
  }
}

type PrimitiveKind = Exclude<
  ValueType["kind"],
  | "any"
  | "array"
  | "tuple"
  | "set"
  | "dict"
  | "union"
  | "choice"
  | "dto"
  | "typed-array"
  | "nd-array"
  | "bytes"
>;

const DECIMAL = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;
/** As many digits as Python reads; the time that reading takes grows faster than their number. */
const WHOLE = /^\s*[+-]?\d{1,4300}\s*$/;

/** Each gives `undefined` for what does not fit. */
const PRIMITIVES: Readonly<Record<PrimitiveKind, (value: unknown) => unknown>> = {
  string(value) {
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
  },
  number(value) {
    if (typeof value === "number") return value;
    return typeof value === "string" && DECIMAL.test(value) ? Number(value) : undefined;
  },
  integer(value) {
    const number = typeof value === "string" && WHOLE.test(value) ? Number(value) : value;
    return Number.isSafeInteger(number) ? number : undefined;
  },
  bigint(value) {
    if (typeof value === "bigint") return value;
    const isWhole = Number.isSafeInteger(value) || (typeof value === "string" && WHOLE.test(value));
    return isWhole ? BigInt(value as number | string) : undefined;
  },
  boolean(value) {
    if (value === true || value === 1 || value === "true" || value === "True") return true;
    return value === false || value === 0 || value === "false" || value === "False" ? false : undefined;
  },
  null(value) {
    return value === null ? null : undefined;
  },
  object(value) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && arrayExcerpt(value) === undefined ? value : undefined;
  },
  date(value) {
    const isReadable = typeof value === "number" || isDateText(value);
    const date = isReadable ? new Date(value) : value;
    return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
  },
};

function asArray(type: ValueType, value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw mismatch(type, value, place);
  return value;
}

function toTuple(
  type: Extract<ValueType, { kind: "tuple" }>,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): unknown[] {
  const array = asArray(type, value, place);
  if (array.length !== type.items.length) throw mismatch(type, value, place);
  return type.items.map((item, index) => convertValue(item, array[index], `${place}[${index}]`, unchecked));
}

function toSet(
  type: Extract<ValueType, { kind: "set" }>,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): Set<unknown> {
  const items = asArray(type, value instanceof Set ? [...(value as Set<unknown>)] : value, place);
  return new Set(items.map((item, index) => convertValue(type.items, item, `${place}[${index}]`, unchecked)));
}

function toDict(
  type: Extract<ValueType, { kind: "dict" }>,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): object {
  if (!isRecord(value)) throw mismatch(type, value, place);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      convertValue(type.values, item, `${place}[${JSON.stringify(shorten(key))}]`, unchecked),
    ]),
  );
}

function toMember(
  type: Extract<ValueType, { kind: "union" }>,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): unknown {
  const asItIs = type.members.find((member) => takesAsItIs(member, value));
  if (asItIs !== undefined) return convertValue(asItIs, value, place, unchecked);
  for (const member of type.members) {
    const made: Unchecked[] = [];
    try {
      const converted = convertValue(member, value, place, made);
      unchecked.push(...made);
      return converted;
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
    }
  }
  throw mismatch(type, value, place);
}

/** Texts of numbers are numbers, as where a number is declared. */
function toChoice(
  type: Extract<ValueType, { kind: "choice" }>,
  value: unknown,
  place: string,
): string | number {
  const chosen = type.values.find(
    (choice) => choice === value || (typeof choice === "number" && choice === PRIMITIVES.number(value)),
  );
  if (chosen === undefined) throw mismatch(type, value, place);
  return chosen;
}

function toInstance(dto: Constructor<object>, value: unknown, place: string, unchecked: Unchecked[]): object {
  if (value instanceof dto) {
    unchecked.push({ place, instance: value });
    return value;
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject || arrayExcerpt(value) !== undefined) throw mismatch({ kind: "dto", dto }, value, place);
  const instance = dtoInstance(dto, value);
  if (hasConstraints(dto)) unchecked.push({ place, instance });
  return instance;
}

function mismatch(type: ValueType, value: unknown, place: string): ValidationError {
  const isPastNumbers = typeof value === "bigint" && (type.kind === "number" || type.kind === "integer");
  const cure = isPastNumbers
    ? ": no number holds it, declare it as bigint (type: BigInt)"
    : isArrayType(type)
      ? arrayCure(type, value)
      : "";
  return new ValidationError(`${place}: expected ${typeName(type)}, got ${excerpt(value)}${cure}`);
}

function isArrayType(type: ValueType): type is ArrayType {
  return type.kind === "typed-array" || type.kind === "nd-array" || type.kind === "bytes";
}
