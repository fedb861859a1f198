import { type JsonSchema } from "../../contract/rule-keywords";
import { printable } from "../terminal/printable";
import { type Paint } from "../terminal/colours";
import { precisionOf, unitOf } from "./schema-notes";
import { valueText } from "./value-text";

/** A value with the digits that mean something and its unit: `12.500 mm`. */
export function measuredText(value: unknown, schema: JsonSchema | undefined, paint: Paint): string {
  const unit = value === null || value === undefined ? "" : printable(unitOf(schema));
  return `${digitsText(value, precisionOf(schema), paint)}${unit === "" ? "" : ` ${unit}`}`;
}

function digitsText(value: unknown, precision: number | undefined, paint: Paint): string {
  if (precision === undefined) return valueText(value, paint);
  if (typeof value === "number" && Number.isFinite(value)) return paint.yellow(value.toFixed(precision));
  if (!Array.isArray(value)) return valueText(value, paint);
  return `[${value.map((item) => digitsText(item, precision, paint)).join(", ")}]`;
}
