/** Nested deeper than this, a value goes the careful way, which finds cycles. */
const MAX_DEPTH = 200;

/** Whether the instances of a class are written by their members alone, by the prototype of the class. */
const plainClasses = new WeakMap<object, boolean>();

/**
 * Whether the engine's own JSON carries a value as it is. Where this is false, the value holds a negative zero, a
 * non-finite number, an integer past 2^53, or something that the engine would change or leave out without a word.
 */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return isPlainNumber(value);
    case "object":
      if (value === null) return true;
      if (depth === MAX_DEPTH) return false;
      if (isRecord(value)) return hasPlainMembers(value, depth + 1);
      return Array.isArray(value) && hasPlainItems(value, depth + 1);
    default:
      return false;
  }
}

function isPlainNumber(number: number): boolean {
  return (
    number <= Number.MAX_SAFE_INTEGER &&
    number >= Number.MIN_SAFE_INTEGER &&
    (number !== 0 || !Object.is(number, -0))
  );
}

function hasPlainItems(items: readonly unknown[], depth: number): boolean {
  for (const item of items) {
    // Looked at here: long lists are lists of numbers.
    if (typeof item === "number" ? !isPlainNumber(item) : !isPlainJson(item, depth)) return false;
  }
  return true;
}

function isRecord(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}

function hasPlainMembers(object: Readonly<Record<string, unknown>>, depth: number): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && !isOfPlainClass(object, prototype)) return false;
  // An inherited member does no harm: at worst the value goes the careful way.
  for (const key in object) {
    if (!isPlainJson(object[key], depth)) return false;
  }
  return true;
}

function isOfPlainClass(object: object, prototype: unknown): boolean {
  if (typeof prototype !== "object" || prototype === null) return true;
  const known = plainClasses.get(prototype);
  if (known !== undefined) return known;
  const isPlain = isPlainInstance(object);
  plainClasses.set(prototype, isPlain);
  return isPlain;
}

/** A class that says how it is written, is iterated or subscribed to, or is the language's own, is none. */
function isPlainInstance(object: object): boolean {
  return (
    Object.prototype.toString.call(object) === "[object Object]" &&
    !["toJSON", "subscribe", Symbol.iterator, Symbol.asyncIterator].some((key) => key in object)
  );
}
