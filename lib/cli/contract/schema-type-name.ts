import { ELEMENT_KINDS } from "../../contract/typed-arrays";
import { type JsonSchema } from "../../contract/rule-keywords";
import { isObject } from "../../wire/message";
import { choicesOf } from "./choices";

const DEFINITIONS = "#/$defs/";

/** A schema comes from elsewhere: deeper than this it is not read. */
export const DEEPEST = 16;

/**
 * The type that a schema says, in the words of an inventory: `integer`, `Step[]`, `"on" | "off"`.
 *
 * @param form - As values of the type are in a class, or on the wire: there a date is a text and a set a list.
 */
export function schemaTypeName(schema: JsonSchema, form: "class" | "wire" = "class", depth = 0): string {
  const name = (inner: unknown) =>
    isObject(inner) && depth < DEEPEST ? schemaTypeName(inner, form, depth + 1) : "any";
  const isWire = form === "wire";
  const choices = choicesOf(schema);
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  const { $ref, anyOf, type, items, prefixItems, additionalProperties, uniqueItems } = schema;
  if (typeof $ref === "string") return refName($ref) ?? "any";
  if (Array.isArray(anyOf)) return anyOf.map(name).join(" | ");
  if (isObject(schema["x-array"])) return arrayName(schema["x-array"]);
  if (Array.isArray(type)) return type.map((one: unknown) => name({ ...schema, type: one })).join(" | ");
  if (type === "array" && Array.isArray(prefixItems)) return `[${prefixItems.map(name).join(", ")}]`;
  if (type === "array")
    return listName(isObject(items) ? name(items) : "any", uniqueItems === true && !isWire);
  if (type === "object" && isObject(additionalProperties)) {
    return `Record<string, ${name(additionalProperties)}>`;
  }
  if (type === "integer" && schema["x-bigint"] === true) return isWire ? "number | bigint" : "bigint";
  if (type === "string" && schema.format === "date-time" && !isWire) return "date";
  return typeof type === "string" ? type : "any";
}

/** The name of a class that a schema refers to. */
export function refName(ref: string): string | undefined {
  return ref.startsWith(DEFINITIONS) ? ref.slice(DEFINITIONS.length) : undefined;
}

function listName(items: string, isSet: boolean): string {
  if (isSet) return `Set<${items}>`;
  return items.includes(" | ") ? `(${items})[]` : `${items}[]`;
}

function arrayName({ dtype, rank }: Readonly<Record<string, unknown>>): string {
  const elements = ELEMENT_KINDS.find(({ code }) => code === dtype)?.name;
  if (rank === 1) return dtype === "u1" ? "bytes" : (elements ?? "NdArray");
  return elements === undefined ? "NdArray" : `NdArray<${elements}>`;
}
