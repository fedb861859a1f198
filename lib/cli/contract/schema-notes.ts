import { type JsonSchema } from "../../contract/rule-keywords";
import { isObject } from "../../wire/message";
import { choicesOf } from "./choices";

/** What a schema says of numbers and texts beyond their type, in a few words: `0.1…20 mm/s`; empty where nothing. */
export function schemaNote(schema: JsonSchema | undefined, isTypeOfChoices = false): string {
  if (schema === undefined) return "";
  const choices = isTypeOfChoices ? undefined : choicesOf(schema);
  const measured = [rangeOf(schema.minimum, schema.maximum), unitOf(schema)].filter(isSaid).join(" ");
  return [
    measured,
    ...boundsOf(schema),
    isObject(schema.items) ? prefixed("each ", schemaNote(schema.items)) : "",
    placesNote(schema.prefixItems),
    choices === undefined ? "" : `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`,
    prefixed("look outside ", warnRange(schema)),
  ]
    .filter(isSaid)
    .join(", ");
}

/** Of a tuple: the same of each place, or what differs. */
function placesNote(prefixItems: unknown): string {
  if (!Array.isArray(prefixItems)) return "";
  const notes = prefixItems.map((item) => (isObject(item) ? schemaNote(item) : ""));
  const [first = ""] = notes;
  if (notes.every((note) => note === first)) return prefixed("each ", first);
  return notes
    .map((note, index) => prefixed(`[${index}] `, note))
    .filter(isSaid)
    .join(", ");
}

/** What a value is measured in; empty where it is not told. */
export function unitOf(schema: JsonSchema | undefined): string {
  const unit = schema?.["x-unit"];
  return typeof unit === "string" && unit !== "1" ? unit : "";
}

const MOST_DIGITS = 100;

/** How many digits after the point mean something; nothing where that is not told. */
export function precisionOf(schema: JsonSchema | undefined): number | undefined {
  const precision = schema?.["x-precision"];
  const isUsable = typeof precision === "number" && Number.isInteger(precision);
  return isUsable && precision >= 0 && precision <= MOST_DIGITS ? precision : undefined;
}

function boundsOf({
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
  minLength,
  maxLength,
  minItems,
  maxItems,
  prefixItems,
  uniqueItems,
  pattern,
  format,
}: JsonSchema): readonly string[] {
  return [
    typeof exclusiveMinimum === "number" ? `> ${exclusiveMinimum}` : "",
    typeof exclusiveMaximum === "number" ? `< ${exclusiveMaximum}` : "",
    typeof multipleOf === "number" ? `in steps of ${multipleOf}` : "",
    suffixed(rangeOf(minLength, maxLength), " characters"),
    // A tuple has as many as its type says.
    prefixItems === undefined ? suffixed(rangeOf(minItems, maxItems), " items") : "",
    uniqueItems === true ? "no two alike" : "",
    typeof pattern === "string" ? `like /${pattern}/` : "",
    typeof format === "string" && format !== "date-time" ? format : "",
  ];
}

function rangeOf(low: unknown, high: unknown): string {
  const hasLow = typeof low === "number";
  const hasHigh = typeof high === "number";
  if (hasLow && low === high) return String(low);
  if (hasLow && hasHigh) return `${low}…${high}`;
  if (hasLow) return `≥ ${low}`;
  return hasHigh ? `≤ ${high}` : "";
}

function warnRange({ "x-warn": warn }: JsonSchema): string {
  return Array.isArray(warn) ? rangeOf(warn[0], warn[1]) : "";
}

function prefixed(prefix: string, text: string): string {
  return text === "" ? "" : `${prefix}${text}`;
}

function suffixed(text: string, suffix: string): string {
  return text === "" ? "" : `${text}${suffix}`;
}

function isSaid(text: string): boolean {
  return text !== "";
}
