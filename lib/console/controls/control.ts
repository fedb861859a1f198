import { type JsonSchema } from "../../browser";

/** How a person gives a value. */
export type Control = (
  | { readonly kind: "number"; readonly isInteger: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: "choice"; readonly choices: readonly unknown[] }
  | { readonly kind: "switch" }
  | {
      readonly kind: "text";
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly pattern?: string;
    }
  | { readonly kind: "tuple"; readonly items: readonly Control[] }
  | { readonly kind: "object"; readonly fields: readonly ObjectField[] }
  | { readonly kind: "json" }
) &
  ControlAbout;

interface ControlAbout {
  readonly isNullable: boolean;
  readonly unit?: string;
  readonly precision?: number;
  readonly warn?: readonly [number, number];
  readonly description?: string;
}

export interface ObjectField {
  readonly name: string;
  readonly isRequired: boolean;
  readonly control: Control;
}

type Definitions = Readonly<Record<string, JsonSchema>>;

/** Objects within objects deeper than this are written as JSON: one may hold itself, many times. */
const MOST_LEVELS = 2;

/** Objects of more fields are written as JSON. */
const MOST_FIELDS = 40;

/** What `toFixed` takes. */
const MOST_DIGITS = 100;

/** Lists longer than this are written as JSON. */
const MOST_INPUTS = 8;

/** The control that fits a schema; JSON where no other does. */
export function controlOf(schema: JsonSchema, definitions: Definitions = {}, level = 0): Control {
  const { schema: own, isNullable } = withoutNull(resolved(schema, definitions));
  const about: ControlAbout = { isNullable, ...aboutOf(own), ...aboutOf(schema) };
  const choices = own.enum;
  if (Array.isArray(choices)) return { kind: "choice", choices: choices as unknown[], ...about };
  switch (own.type) {
    case "boolean":
      return { kind: "switch", ...about };
    case "integer":
    case "number":
      return {
        kind: "number",
        isInteger: own.type === "integer",
        ...limit("min", own.minimum ?? own.exclusiveMinimum),
        ...limit("max", own.maximum ?? own.exclusiveMaximum),
        ...about,
      };
    case "string":
      return {
        kind: "text",
        ...limit("minLength", own.minLength),
        ...limit("maxLength", own.maxLength),
        ...(typeof own.pattern === "string" && { pattern: own.pattern }),
        ...about,
      };
    case "array":
      return level < MOST_LEVELS ? listControl(own, definitions, level, about) : { kind: "json", ...about };
    case "object":
      return level < MOST_LEVELS ? objectControl(own, definitions, level, about) : { kind: "json", ...about };
    default:
      return { kind: "json", ...about };
  }
}

/** What a schema refers to, with what stands beside the reference. */
export function resolved(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const { $ref, ...beside } = schema;
  const name = typeof $ref === "string" ? $ref.slice("#/$defs/".length) : undefined;
  return name !== undefined && Object.hasOwn(definitions, name)
    ? { ...definitions[name], ...beside }
    : schema;
}

function listControl(
  schema: JsonSchema,
  definitions: Definitions,
  level: number,
  about: ControlAbout,
): Control {
  const { prefixItems } = schema;
  if (!Array.isArray(prefixItems) || prefixItems.length > MOST_INPUTS) return { kind: "json", ...about };
  const controls = prefixItems.map((item: JsonSchema) => controlOf(item, definitions, level + 1));
  return { kind: "tuple", items: controls, ...about };
}

function objectControl(
  { properties, required }: JsonSchema,
  definitions: Definitions,
  level: number,
  about: ControlAbout,
): Control {
  if (!isSchema(properties) || Object.keys(properties).length > MOST_FIELDS)
    return { kind: "json", ...about };
  const fields = Object.entries(properties).map(([name, field]) => ({
    name,
    isRequired: Array.isArray(required) && required.includes(name),
    control: controlOf(isSchema(field) ? field : {}, definitions, level + 1),
  }));
  return { kind: "object", fields, ...about };
}

function withoutNull(schema: JsonSchema): { readonly schema: JsonSchema; readonly isNullable: boolean } {
  const { type, anyOf, enum: choices } = schema;
  if (Array.isArray(type) && type.includes("null")) {
    const [first] = type.filter((each) => each !== "null") as unknown[];
    const rest = Array.isArray(choices) ? { enum: choices.filter((each) => each !== null) } : {};
    return { schema: { ...schema, type: first, ...rest }, isNullable: true };
  }
  if (Array.isArray(choices) && choices.includes(null)) {
    return { schema: { ...schema, enum: choices.filter((each) => each !== null) }, isNullable: true };
  }
  const others = Array.isArray(anyOf) ? (anyOf as JsonSchema[]).filter((each) => each.type !== "null") : [];
  const [only] = others;
  const isNullable = Array.isArray(anyOf) && others.length < anyOf.length;
  return isNullable && only !== undefined && others.length === 1
    ? { schema: { ...schema, ...only }, isNullable }
    : { schema, isNullable };
}

function aboutOf(schema: JsonSchema): Omit<ControlAbout, "isNullable"> {
  const { "x-unit": unit, "x-precision": precision, "x-warn": warn, description } = schema;
  return {
    ...(typeof unit === "string" && { unit }),
    ...(isDigits(precision) && { precision }),
    ...(isRange(warn) && { warn }),
    ...(typeof description === "string" && { description }),
  };
}

function isDigits(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_DIGITS;
}

function isRange(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number");
}

function limit<Key extends string>(key: Key, value: unknown): Partial<Record<Key, number>> {
  return (typeof value === "number" ? { [key]: value } : {}) as Partial<Record<Key, number>>;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
