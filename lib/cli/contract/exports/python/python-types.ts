import { type JsonSchema } from "../../../../contract/rule-keywords";
import { isObject } from "../../../../wire/message";
import { choicesOf } from "../../choices";
import { DEEPEST, refName } from "../../schema-type-name";
import { enumKey } from "./python-enums";
import { pythonValue } from "./python-literals";

const NAMED: Readonly<Record<string, string>> = {
  string: "str",
  number: "float",
  integer: "int",
  boolean: "bool",
  object: "Dict[str, Any]",
  array: "List[Any]",
  null: "None",
};

/** Items that a set can hold. */
const HASHABLE = ["string", "number", "integer", "boolean"];

/** The classes of a generated module, by what schemas say of them. */
export interface NamedTypes {
  /** Dataclasses by the names of their definitions. */
  readonly classes: ReadonlyMap<string, string>;
  /** Enums by their `enumKey`. */
  readonly enums: ReadonlyMap<string, string>;
}

/** The type of a schema's values, as an annotation of Python. */
export function pythonType(schema: JsonSchema | undefined, named: NamedTypes, depth = 0): string {
  if (schema === undefined || depth > DEEPEST) return "Any";
  const inner = (one: unknown) => (isObject(one) ? pythonType(one, named, depth + 1) : "Any");
  const enumeration = named.enums.get(enumKey(schema) ?? "");
  if (enumeration !== undefined) return enumeration;
  const choices = choicesOf(schema);
  // Python has no literals of broken numbers.
  if (choices?.some((choice) => typeof choice === "number" && !Number.isInteger(choice)) === true) {
    return choices.includes(null) ? "Optional[float]" : "float";
  }
  if (choices !== undefined && choices.length > 0) return `Literal[${choices.map(pythonValue).join(", ")}]`;
  const { $ref, anyOf, type, items, prefixItems, additionalProperties, uniqueItems, format } = schema;
  if (typeof $ref === "string") return named.classes.get(refName($ref) ?? "") ?? "Dict[str, Any]";
  if (Array.isArray(anyOf)) return union(anyOf.map(inner));
  if (isObject(schema["x-array"])) return "Array";
  if (Array.isArray(type)) return union(type.map((one: unknown) => inner({ ...schema, type: one })));
  if (type === "array" && Array.isArray(prefixItems)) {
    return prefixItems.length === 0 ? "Tuple[()]" : `Tuple[${prefixItems.map(inner).join(", ")}]`;
  }
  if (type === "array") {
    const isSet = uniqueItems === true && isObject(items) && HASHABLE.includes(String(items.type));
    return `${isSet ? "Set" : "List"}[${inner(items)}]`;
  }
  if (type === "object" && isObject(additionalProperties)) return `Dict[str, ${inner(additionalProperties)}]`;
  if (type === "string" && format === "date-time") return "datetime";
  return (typeof type === "string" && Object.hasOwn(NAMED, type) ? NAMED[type] : undefined) ?? "Any";
}

/** A type of which a value may be left out. */
export function optional(type: string): string {
  return type === "Any" || type === "None" || type.startsWith("Optional[") ? type : `Optional[${type}]`;
}

function union(types: readonly string[]): string {
  const different = [...new Set(types)];
  if (different.includes("Any")) return "Any";
  const [only] = different;
  if (different.length === 1 && only !== undefined) return only;
  const values = different.filter((type) => type !== "None");
  const [value] = values;
  if (value !== undefined && values.length === 1) return optional(value);
  return values.length < different.length
    ? `Optional[Union[${values.join(", ")}]]`
    : `Union[${values.join(", ")}]`;
}
