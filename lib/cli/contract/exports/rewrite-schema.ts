import { type JsonSchema } from "../../../contract/rule-keywords";
import { isObject } from "../../../wire/message";

/** A schema comes from elsewhere, and classes may hold themselves: deeper than this nothing is told. */
const DEEPEST = 12;

/** Keywords under which one schema stands. */
const ONE = ["items", "additionalProperties"];
/** Keywords under which schemas stand in a list. */
const SEVERAL = ["anyOf", "oneOf", "allOf", "prefixItems", "items"];

type Rewrite = (schema: JsonSchema, depth: number) => JsonSchema;

/** A schema with each schema in it, and itself at last, changed. */
export function rewritten(schema: JsonSchema, change: Rewrite, depth = 0): JsonSchema {
  if (depth > DEEPEST) return {};
  const inner = (value: unknown) => (isObject(value) ? rewritten(value, change, depth + 1) : value);
  const entries = Object.entries(schema).map(([key, value]): readonly [string, unknown] => {
    if (SEVERAL.includes(key) && Array.isArray(value)) return [key, value.map(inner)];
    if (ONE.includes(key)) return [key, inner(value)];
    if (key !== "properties" || !isObject(value)) return [key, value];
    return [key, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, inner(field)]))];
  });
  return change(Object.fromEntries(entries), depth);
}

/** A list of fixed length as JSON Schema wrote it before 2020: `items` is a list. */
export function withItemsList({ prefixItems, ...schema }: JsonSchema): JsonSchema {
  return prefixItems === undefined ? schema : { ...schema, items: prefixItems };
}
