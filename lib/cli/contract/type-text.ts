/** A type as inventories write it (`integer`, `string[]`, `[number, number]`), in TypeScript and for decorators. */
export interface DeclaredType {
  /** What a declaration says: `readonly` is not part of it. */
  readonly text: string;
  /** What a decorator is given: `arrayOf(Integer)`. */
  readonly spec: string;
  /** Whether the compiler passes the type on by itself. */
  readonly isPassedOn: boolean;
  /** What of rigwire the spec uses. */
  readonly imports: readonly string[];
}

const NAMED: Readonly<Record<string, DeclaredType>> = {
  string: { text: "string", spec: "String", isPassedOn: true, imports: [] },
  number: { text: "number", spec: "Number", isPassedOn: true, imports: [] },
  boolean: { text: "boolean", spec: "Boolean", isPassedOn: true, imports: [] },
  integer: { text: "number", spec: "Integer", isPassedOn: false, imports: ["Integer"] },
  bigint: { text: "bigint", spec: "BigInt", isPassedOn: false, imports: [] },
  date: { text: "Date", spec: "Date", isPassedOn: true, imports: [] },
  object: { text: "Record<string, unknown>", spec: "Object", isPassedOn: false, imports: [] },
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

/** Reads a type as a device tells it; what cannot be read is unknown. */
export function declaredType(told: string | undefined, depth = 0): DeclaredType {
  if (told === undefined || depth > DEEPEST) return UNKNOWN_TYPE;
  const text = told.trim();
  const members = partsOf(text, "|");
  if (members.length > 1) return unionType(members.map((member) => declaredType(member, depth + 1)));
  if (text.endsWith("[]")) return arrayType(declaredType(text.slice(0, -2), depth + 1));
  if (text.startsWith("[") && text.endsWith("]")) {
    return tupleType(partsOf(text.slice(1, -1), ",").map((item) => declaredType(item, depth + 1)));
  }
  if (text.startsWith("(") && text.endsWith(")")) return declaredType(text.slice(1, -1), depth + 1);
  const [, set] = /^Set<(.*)>$/.exec(text) ?? [];
  if (set !== undefined) return setType(declaredType(set, depth + 1));
  const [, values] = /^Record<string, (.*)>$/.exec(text) ?? [];
  if (values !== undefined) return dictType(declaredType(values, depth + 1));
  if (Object.hasOwn(NAMED, text)) return NAMED[text] ?? UNKNOWN_TYPE;
  return /^[A-Z]\w*$/.test(text) ? CLASS_OBJECT : UNKNOWN_TYPE;
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

/** With a member of which nothing is known, nothing is known of the union. */
function unionType(members: readonly DeclaredType[]): DeclaredType {
  if (members.some(({ text }) => text === "unknown")) return UNKNOWN_TYPE;
  return {
    text: [...new Set(members.map(({ text }) => text))].join(" | "),
    spec: `oneOf(${members.map(({ spec }) => spec).join(", ")})`,
    isPassedOn: false,
    imports: ["oneOf", ...members.flatMap(({ imports }) => imports)],
  };
}

const OPENING = "[(<";
const CLOSING = "])>";

/** What stands between separators that are not inside another type. */
function partsOf(text: string, separator: "," | "|"): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
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
