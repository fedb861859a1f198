import { rulesOf } from "./constraints";
import { type Rule } from "./validator";
import { holderClass, type ValueCheck } from "./value-rules";

/** A schema of JSON Schema 2020-12, or some keywords of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the members of an enum are called, in the order of `enum`. */
export const ENUM_NAMES = "x-enum-varnames";

type Translation = (constraints: readonly unknown[]) => JsonSchema;

/**
 * Rules of class-validator that JSON Schema has a keyword for, by their names (class-validator 0.14 and 0.15,
 * `ValidateBy`). Others are checked by the device all the same.
 */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  min: ([minimum]) => number("minimum", minimum),
  max: ([maximum]) => number("maximum", maximum),
  isPositive: () => ({ exclusiveMinimum: 0 }),
  isNegative: () => ({ exclusiveMaximum: 0 }),
  isDivisibleBy: ([divisor]) => number("multipleOf", divisor),
  isInt: () => ({ type: "integer" }),
  isNumber: () => ({ type: "number" }),
  isString: () => ({ type: "string" }),
  isBoolean: () => ({ type: "boolean" }),
  isArray: () => ({ type: "array" }),
  isObject: () => ({ type: "object" }),
  isIn: ([choices]) => listOf(choices),
  isEnum: ([members, choices]) => enumOf(members, choices),
  equals: ([value]) => (isPlain(value) ? { const: value } : {}),
  isLength: ([least, most]) => ({ ...number("minLength", least), ...number("maxLength", most) }),
  minLength: ([least]) => number("minLength", least),
  maxLength: ([most]) => number("maxLength", most),
  isNotEmpty: () => ({ minLength: 1 }),
  matches: ([pattern]) => (pattern instanceof RegExp ? { pattern: pattern.source } : {}),
  arrayMinSize: ([least]) => number("minItems", least),
  arrayMaxSize: ([most]) => number("maxItems", most),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
  isEmail: () => ({ format: "email" }),
  isUrl: () => ({ format: "uri" }),
  isUuid: () => ({ format: "uuid" }),
  isIp: ([version]) => (version === 4 || version === "4" ? { format: "ipv4" } : {}),
  isISO8601: () => ({ format: "date-time" }),
  isDateString: () => ({ format: "date-time" }),
};

/** Nothing of them is true of a value that is not a text. */
const OF_TEXTS: ReadonlySet<string> = new Set(["isNotEmpty"]);

/**
 * What the rules of a value say, as keywords of JSON Schema; choices are part of its type.
 *
 * @param check - The limits and rules that are written out.
 * @param beside - Rules that stand beside the member as decorators.
 * @param isText - Whether the value is a text.
 */
export function ruleKeywords(
  check: ValueCheck | undefined,
  beside: readonly Rule[],
  isText: boolean,
): JsonSchema {
  const { min, max, rules = [] } = check ?? {};
  const written = rules.length === 0 ? [] : rulesOf(holderClass("value", rules));
  return {
    ...keywordsOf([...beside, ...written], isText),
    ...(min !== undefined && { minimum: Number(min) }),
    ...(max !== undefined && { maximum: Number(max) }),
  };
}

/**
 * What rules say of a value, as keywords of JSON Schema.
 *
 * @param rules - All on one property.
 * @param isText - Whether the value is a text.
 */
export function keywordsOf(rules: readonly Rule[], isText: boolean): JsonSchema {
  const ofItself: Record<string, unknown> = {};
  const ofItems: Record<string, unknown> = {};
  for (const { type, name, constraints, each } of rules) {
    if (type !== "customValidation" || name === undefined || (OF_TEXTS.has(name) && !isText)) continue;
    const translate = Object.hasOwn(TRANSLATIONS, name) ? TRANSLATIONS[name] : undefined;
    // The types say otherwise, but rules without parameters have no list of them.
    const parameters = (constraints as unknown[] | undefined) ?? [];
    Object.assign(each ? ofItems : ofItself, translate?.(parameters));
  }
  return { ...ofItself, ...(Object.keys(ofItems).length > 0 && { items: ofItems }) };
}

function number(keyword: string, value: unknown): JsonSchema {
  return typeof value === "number" || typeof value === "bigint" ? { [keyword]: Number(value) } : {};
}

function listOf(choices: unknown): JsonSchema {
  const values = typeof choices === "function" ? (choices as () => unknown)() : choices;
  return Array.isArray(values) && values.every(isPlain) ? { enum: values } : {};
}

/** @param members - The enum: names and values, and of numbers the names too. */
function enumOf(members: unknown, choices: unknown): JsonSchema {
  const list = listOf(choices);
  const { enum: values } = list;
  if (typeof members !== "object" || members === null || !Array.isArray(values)) return list;
  const named = Object.entries(members).filter(([name]) => Number.isNaN(Number(name)));
  const isInOrder =
    named.length === values.length && named.every(([, value], index) => value === values[index]);
  return isInOrder ? { ...list, [ENUM_NAMES]: named.map(([name]) => name) } : list;
}

function isPlain(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
