import { type JsonSchema } from "../../contract/rule-keywords";
import { isObject } from "../../wire/message";
import { UsageError } from "../program/exit-code";
import { didYouMean } from "../terminal/suggestion";

/** One of a few values that are taken. */
export type Choice = string | number | boolean | null;

/** The values that are taken, where a schema says so. */
export function choicesOf(schema: JsonSchema | undefined): readonly Choice[] | undefined {
  const { enum: choices, const: only } = schema ?? {};
  if (Array.isArray(choices)) return choices.every(isChoice) ? choices : undefined;
  return isChoice(only) ? [only] : undefined;
}

/** What may be typed where a value of the schema is wanted, as far as there are only a few. */
export function typedChoices(schema: JsonSchema | undefined): readonly string[] {
  const choices = choicesOf(schema) ?? (schema?.type === "boolean" ? [true, false] : []);
  return choices.map(String);
}

/**
 * The value that is meant by a text where only some are taken; what the device does not restrict stays as it is.
 *
 * @param text - As it was typed: a choice may look like a number and be a text.
 * @param value - What was made of the text.
 * @param place - Device and member, for the error.
 * @throws UsageError with the choices, if it is none of them.
 */
export function chosenValue(
  schema: JsonSchema | undefined,
  text: string,
  value: unknown,
  place: string,
): unknown {
  const choices = choicesOf(schema);
  if (choices === undefined) {
    const { items } = schema ?? {};
    if (!Array.isArray(value) || !isObject(items) || choicesOf(items) === undefined) return value;
    return value.map((item) => chosenValue(items, String(item), item, place));
  }
  const chosen = [value, text].find((candidate) => choices.some((choice) => choice === candidate));
  if (chosen !== undefined) return chosen;
  const names = choices.map(String);
  throw new UsageError(
    `${place}: "${text}" is none of its choices${didYouMean(text, names)}: it takes ${names.join(", ")}`,
  );
}

function isChoice(value: unknown): value is Choice {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
