import { isNdArray } from "./nd-array";
import { elementKindOf, isNodeBuffer } from "./typed-arrays";
import { type ValueType } from "./value-type";

/**
 * Whether a value is of a type already, in the form that the type has here or on the wire: a list for a set, the text of
 * a date for a date, an object for a class. Says nothing of a class's rules.
 */
export function takesAsItIs(type: ValueType, value: unknown): boolean {
  switch (type.kind) {
    case "any":
      return true;
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return typeof value === type.kind;
    case "null":
      return value === null;
    case "integer":
      return Number.isSafeInteger(value) || (type.isAnySize === true && typeof value === "bigint");
    case "date":
      return value instanceof Date || isDateText(value);
    case "choice":
      return type.values.some((choice) => choice === value);
    case "array":
      return Array.isArray(value) && value.every((item) => takesAsItIs(type.items, item));
    case "set":
      return isSet(value) && [...value].every((item) => takesAsItIs(type.items, item));
    case "tuple":
      return (
        Array.isArray(value) &&
        value.length === type.items.length &&
        type.items.every((item, index) => takesAsItIs(item, value[index]))
      );
    case "dict":
      return isRecord(value) && Object.values(value).every((item) => takesAsItIs(type.values, item));
    case "typed-array":
      return elementKindOf(value) === type.elements && !isNodeBuffer(value);
    case "nd-array":
      return isNdArray(value) && (type.elements ?? elementKindOf(value.data)) === elementKindOf(value.data);
    case "bytes":
      return elementKindOf(value)?.name === "Uint8Array";
    default:
      return isRecord(value);
  }
}

/** A `Set`, or a list without repetition. */
function isSet(value: unknown): value is Iterable<unknown> {
  return value instanceof Set || (Array.isArray(value) && new Set(value).size === value.length);
}

/** An object that is neither a list nor a class of the language that JSON has no form for. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (ArrayBuffer.isView(value) || isNdArray(value)) return false;
  return !(value instanceof Set || value instanceof Map || value instanceof Date);
}

/** ISO 8601, also with Python's space for the T. The engine alone takes "step 1" for a day of the year 2001. */
const DATE_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

export function isDateText(value: unknown): value is string {
  return typeof value === "string" && DATE_TIME.test(value);
}
