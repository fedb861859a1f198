import { isNdArray } from "../../contract/nd-array";
import { ELEMENT_KINDS, elementKindNamed, elementKindOf, isNodeBuffer } from "../../contract/typed-arrays";

/** A type as inventories write it (`integer`, `string[]`, `[number, number]`, `"on" | "off"`), in TypeScript and for decorators. */
export interface DeclaredType {
  /** What a declaration says: `readonly` is not part of it. */
  readonly text: string;
  /** What a decorator is given: `arrayOf(Integer)`. */
  readonly spec: string;
  /** Whether the compiler passes the type on by itself. */
  readonly isPassedOn: boolean;
  /** What of rigwire the spec uses. */
  readonly imports: readonly string[];
  /** The values, where the type has only a few. */
  readonly choices?: readonly (string | number)[];
}

const NAMED: Readonly<Record<string, DeclaredType>> = {
  ...Object.fromEntries(
    ELEMENT_KINDS.map(({ name }) => [name, { text: name, spec: name, isPassedOn: true, imports: [] }]),
  ),
  string: { text: "string", spec: "String", isPassedOn: true, imports: [] },
  number: { text: "number", spec: "Number", isPassedOn: true, imports: [] },
  boolean: { text: "boolean", spec: "Boolean", isPassedOn: true, imports: [] },
  integer: { text: "number", spec: "Integer", isPassedOn: false, imports: ["Integer"] },
  bigint: { text: "bigint", spec: "BigInt", isPassedOn: false, imports: [] },
  date: { text: "Date", spec: "Date", isPassedOn: true, imports: [] },
  object: { text: "Record<string, unknown>", spec: "Object", isPassedOn: false, imports: [] },
  bytes: { text: "Buffer", spec: "Buffer", isPassedOn: true, imports: [] },
  NdArray: { text: "NdArray", spec: "NdArray", isPassedOn: true, imports: ["NdArray"] },
  null: { text: "null", spec: "null", isPassedOn: false, imports: [] },
  any: { text: "unknown", spec: "Any", isPassedOn: true, imports: ["Any"] },
};

/** A type of which nothing is known. */
export const UNKNOWN_TYPE: DeclaredType = {
  text: "unknown",
  spec: "Any",
  isPassedOn: true,
  imports: ["Any"],
};

/** The name of a class elsewhere: an object of a shape that is not told. */
const CLASS_OBJECT: DeclaredType = {
  text: "Record<string, unknown>",
  spec: "Object",
  isPassedOn: false,
  imports: [],
};

const DEEPEST = 8;

/** What there is of classes where none is known. */
const NO_CLASSES: ReadonlyMap<string, string> = new Map();

/**
 * Reads a type as a device tells it; what cannot be read is unknown.
 *
 * @param classes - The names of interfaces for classes whose fields are known.
 */
export function declaredType(told: string | undefined, classes = NO_CLASSES, depth = 0): DeclaredType {
  if (told === undefined || depth > DEEPEST) return UNKNOWN_TYPE;
  const text = told.trim();
  const members = partsOf(text, "|");
  if (members.length > 1) return unionType(members.map((member) => declaredType(member, classes, depth + 1)));
  if (text.endsWith("[]")) return arrayType(declaredType(text.slice(0, -2), classes, depth + 1));
  if (text.startsWith("[") && text.endsWith("]")) {
    return tupleType(partsOf(text.slice(1, -1), ",").map((item) => declaredType(item, classes, depth + 1)));
  }
  if (text.startsWith("(") && text.endsWith(")")) return declaredType(text.slice(1, -1), classes, depth + 1);
  const [, set] = /^Set<(.*)>$/.exec(text) ?? [];
  if (set !== undefined) return setType(declaredType(set, classes, depth + 1));
  const [, values] = /^Record<string, (.*)>$/.exec(text) ?? [];
  if (values !== undefined) return dictType(declaredType(values, classes, depth + 1));
  const [, elements] = /^NdArray<(\w+)>$/.exec(text) ?? [];
  if (elements !== undefined && elementKindNamed(elements) !== undefined) return ndArrayType(elements);
  if (Object.hasOwn(NAMED, text)) return NAMED[text] ?? UNKNOWN_TYPE;
  const value = literal(text);
  if (value !== undefined) return choiceOf([value]);
  const known = classes.get(text);
  if (known !== undefined) return { ...CLASS_OBJECT, text: known };
  return /^[A-Z]\w*$/.test(text) ? CLASS_OBJECT : UNKNOWN_TYPE;
}

function ndArrayType(elements: string): DeclaredType {
  return {
    text: `NdArray<${elements}>`,
    spec: `ndArrayOf(${elements})`,
    isPassedOn: false,
    imports: ["NdArray", "ndArrayOf"],
  };
}

function arrayType({ text, spec, imports }: DeclaredType): DeclaredType {
  const items = text.includes(" | ") ? `(${text})` : text;
  return {
    text: `${items}[]`,
    spec: `arrayOf(${spec})`,
    isPassedOn: false,
    imports: ["arrayOf", ...imports],
  };
}

function tupleType(items: readonly DeclaredType[]): DeclaredType {
  return {
    text: `[${items.map(({ text }) => text).join(", ")}]`,
    spec: `tupleOf(${items.map(({ spec }) => spec).join(", ")})`,
    isPassedOn: false,
    imports: ["tupleOf", ...items.flatMap(({ imports }) => imports)],
  };
}

function setType({ text, spec, imports }: DeclaredType): DeclaredType {
  return { text: `Set<${text}>`, spec: `setOf(${spec})`, isPassedOn: false, imports: ["setOf", ...imports] };
}

function dictType({ text, spec, imports }: DeclaredType): DeclaredType {
  return {
    text: `Record<string, ${text}>`,
    spec: `dictOf(${spec})`,
    isPassedOn: false,
    imports: ["dictOf", ...imports],
  };
}

/** With a member of which nothing is known, nothing is known of the union; literals in it are one choice. */
function unionType(told: readonly DeclaredType[]): DeclaredType {
  if (told.some(({ text }) => text === "unknown")) return UNKNOWN_TYPE;
  const literals = told.flatMap(({ choices }) => choices ?? []);
  const members = told.filter(({ choices }) => choices === undefined);
  if (literals.length > 0) members.push(choiceOf(literals));
  const [only] = members;
  if (members.length === 1 && only !== undefined) return only;
  return {
    text: [...new Set(members.map(({ text }) => text))].join(" | "),
    spec: `oneOf(${members.map(({ spec }) => spec).join(", ")})`,
    isPassedOn: false,
    imports: ["oneOf", ...members.flatMap(({ imports }) => imports)],
  };
}

/** A type with a few values, which the compiler does not pass on. */
function choiceOf(choices: readonly (string | number)[]): DeclaredType {
  const literals = choices.map((value) => JSON.stringify(value));
  return {
    text: literals.join(" | "),
    spec: `enumOf([${literals.join(", ")}])`,
    isPassedOn: false,
    imports: ["enumOf"],
    choices,
  };
}

/** The value of a text in quotes, or of a number. */
function literal(text: string): string | number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Texts in quotes, in which nothing is a sign of a type. */
const QUOTED = /"(?:[^"\\]|\\.)*"/y;

const OPENING = "[(<";
const CLOSING = "])>";

/** What stands between separators that are not inside another type. */
function partsOf(text: string, separator: "," | "|"): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    QUOTED.lastIndex = index;
    index += QUOTED.exec(text)?.[0].length ?? 0;
    const character = text.charAt(index);
    if (character !== "" && OPENING.includes(character)) depth += 1;
    if (character !== "" && CLOSING.includes(character)) depth -= 1;
    if (index === text.length || (character === separator && depth === 0)) {
      if (text.slice(start, index).trim() !== "") parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return parts;
}

/** The type of a value that was read, in the words of an inventory; `any` where one value does not tell. */
export function typeOfValue(value: unknown): string {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return typeof value;
    case "object":
      if (Array.isArray(value)) return typeOfItems(value);
      if (isNodeBuffer(value)) return "bytes";
      if (isNdArray(value)) return "NdArray";
      if (ArrayBuffer.isView(value)) return elementKindOf(value)?.name ?? "any";
      return value === null ? "any" : "object";
    default:
      return "any";
  }
}

function typeOfItems(items: readonly unknown[]): string {
  const types = new Set(items.map(typeOfValue));
  const [type = "any"] = types;
  return types.size === 1 ? `${type}[]` : "any[]";
}
