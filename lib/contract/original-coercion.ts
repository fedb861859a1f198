import { ValidationError } from "../errors";
import { takesAsItIs } from "./as-it-is";
import { type Unchecked } from "./constraints";
import { convertValue } from "./convert-value";
import { isNdArray } from "./nd-array";
import { type ValueType } from "./value-type";
import { WrittenFloat } from "./written-float";

/**
 * Brings a value that an original sent to its declared type, as the original itself does (signal types, plantimager
 * RPC): a text is what Python's `str` makes of a number or a boolean, a boolean what `bool` makes of anything, and a
 * number what `int` and `float` make of a boolean or a text. Everything else is as with {@link convertValue}, which
 * refuses what Python would change beyond recognition: a fraction is not cut off, a list is no text.
 *
 * @param value - May hold instances of {@link WrittenFloat}.
 * @throws ValidationError where the value does not fit.
 */
export function convertFromOriginal(
  type: ValueType,
  value: unknown,
  place: string,
  unchecked: Unchecked[],
): unknown {
  return convertValue(type, coerced(type, value), place, unchecked);
}

function coerced(type: ValueType, value: unknown): unknown {
  switch (type.kind) {
    case "string":
      return pythonText(value);
    case "boolean":
      return isTrue(asNumbers(value));
    case "integer":
      return pythonInteger(value, type.isAnySize === true);
    case "bigint":
      return pythonInteger(value, true);
    case "number":
      return pythonFloat(value);
    case "array":
    case "set":
      return mapped(value, (item) => coerced(type.items, item));
    case "tuple":
      return mapped(value, (item, index) => {
        const place = type.items[Number(index)];
        return place === undefined ? item : coerced(place, item);
      });
    case "dict":
      return mapped(value, (item) => coerced(type.values, item));
    case "union":
      return ofUnion(type.members, value);
    default:
      return asNumbers(value);
  }
}

/** As `str` writes it; what is no number and no boolean stays as it is. */
function pythonText(value: unknown): unknown {
  if (value instanceof WrittenFloat) return value.text;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "number" || Number.isFinite(value)) return asNumbers(value);
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** As `int` takes it; what has a fraction stays as it is. */
function pythonInteger(value: unknown, isAnySize: boolean): unknown {
  const plain = asNumbers(value);
  if (typeof plain === "boolean") return Number(plain);
  if (typeof plain === "string") return withoutUnderscores(plain);
  if (!Number.isInteger(plain)) return plain;
  const number = Number(plain);
  // Plus 0: the integer of -0.0 is 0.
  return Number.isSafeInteger(number) || !isAnySize ? number + 0 : BigInt(number);
}

/** Texts that `float` reads and this language does not. */
const FLOAT_WORD = /^\s*([+-]?)(?:(nan)|inf(?:inity)?)\s*$/i;

/** As `float` takes it; an integer that no double holds stays as it is. */
function pythonFloat(value: unknown): unknown {
  const plain = asNumbers(value);
  if (typeof plain === "boolean") return Number(plain);
  if (typeof plain === "bigint") return BigInt(Number(plain)) === plain ? Number(plain) : plain;
  if (typeof plain !== "string") return plain;
  const [word, sign, nan] = FLOAT_WORD.exec(plain) ?? [];
  if (word === undefined) return withoutUnderscores(plain);
  if (nan !== undefined) return NaN;
  return sign === "-" ? -Infinity : Infinity;
}

/** Between digits Python takes them for nothing, as in `1_000`. */
function withoutUnderscores(text: string): string {
  return text.replace(/(?<=\d)_(?=\d)/g, "");
}

/** As `bool` takes it: false for nothing, zero and what is empty. */
function isTrue(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Number.isNaN(value) || Boolean(value);
}

function ofUnion(members: readonly ValueType[], value: unknown): unknown {
  const plain = asNumbers(value);
  if (members.some((member) => takesAsItIs(member, plain))) return plain;
  // In Python every boolean is an integer.
  if (typeof plain === "boolean" && members.some(({ kind }) => kind === "integer")) return Number(plain);
  for (const member of members) {
    try {
      const candidate = coerced(member, value);
      convertValue(member, candidate, "", []);
      return candidate;
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
    }
  }
  return plain;
}

/** The value with plain numbers for the written ones. */
function asNumbers(value: unknown): unknown {
  return value instanceof WrittenFloat ? value.value : mapped(value, asNumbers);
}

/** A list or an object with each item changed; anything else as it is. */
function mapped(value: unknown, change: (item: unknown, index: string | number) => unknown): unknown {
  if (value instanceof WrittenFloat) return value.value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => change(item, index));
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || isNdArray(value))
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item, key)]));
}
