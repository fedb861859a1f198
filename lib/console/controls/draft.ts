import { type Control } from "./control";

/** What a person has written so far. An empty text is nothing. */
export type Draft = string | boolean | readonly Draft[] | { readonly [name: string]: Draft };

/** What a draft comes to. */
export type ReadDraft = { readonly value: unknown } | { readonly problem: string };

/** What stands in a control at first. */
export function emptyDraft(control: Control): Draft {
  switch (control.kind) {
    case "switch":
      return false;
    case "choice":
      return control.isNullable ? "" : "0";
    case "tuple":
      return control.items.map(emptyDraft);
    case "object":
      return Object.fromEntries(control.fields.map(({ name, control: field }) => [name, emptyDraft(field)]));
    default:
      return "";
  }
}

/** What stands in a control that shows a value. */
export function draftOf(control: Control, value: unknown): Draft {
  if (value === undefined || value === null) return emptyDraft(control);
  switch (control.kind) {
    case "switch":
      return value === true;
    case "choice":
      return String(control.choices.indexOf(value));
    case "number":
      return typeof value === "number" && control.precision !== undefined
        ? String(Number(value.toFixed(control.precision)))
        : plainText(value);
    case "text":
      return plainText(value);
    case "tuple":
      return control.items.map((item, index) =>
        draftOf(item, Array.isArray(value) ? value[index] : undefined),
      );
    case "object":
      return Object.fromEntries(
        control.fields.map(({ name, control: field }) => [
          name,
          draftOf(field, Reflect.get(Object(value), name)),
        ]),
      );
    case "json":
      return JSON.stringify(value, undefined, 1);
  }
}

/**
 * The value of a draft, or what is wrong with it.
 *
 * @param isOptional - Whether nothing may be given: then the value is `undefined`.
 */
export function readDraft(control: Control, draft: Draft, isOptional = false): ReadDraft {
  if (draft === "") {
    if (isOptional) return { value: undefined };
    if (control.isNullable) return { value: null };
    if (control.kind !== "text") return { problem: "give a value" };
  }
  switch (control.kind) {
    case "switch":
      return { value: draft === true };
    case "choice":
      return { value: control.choices[Number(textOf(draft))] };
    case "number":
      return readNumber(control, textOf(draft).trim());
    case "text":
      return readText(control, textOf(draft));
    case "tuple":
      return readAll(
        control.items.map((item, index) => ({
          name: String(index + 1),
          read: readDraft(item, (draft as readonly Draft[])[index] ?? ""),
        })),
        (values) => values.map(([, value]) => value),
      );
    case "object":
      return readAll(
        control.fields.map(({ name, isRequired, control: field }) => ({
          name,
          read: readDraft(field, (draft as Readonly<Record<string, Draft>>)[name] ?? "", !isRequired),
        })),
        (values) => Object.fromEntries(values.filter(([, value]) => value !== undefined)),
      );
    case "json":
      return readJson(textOf(draft));
  }
}

function readNumber(control: Extract<Control, { kind: "number" }>, text: string): ReadDraft {
  const value = Number(text);
  const { isInteger, min, max, unit } = control;
  const inUnit = (limit: number) => `${limit}${unit === undefined ? "" : ` ${unit}`}`;
  if (text === "" || !Number.isFinite(value)) return { problem: "this is no number" };
  if (isInteger && !Number.isInteger(value)) return { problem: "give a whole number" };
  if (isInteger && !Number.isSafeInteger(value)) return { problem: "this number is too large to be exact" };
  if (min !== undefined && value < min) return { problem: `at least ${inUnit(min)}` };
  if (max !== undefined && value > max) return { problem: `at most ${inUnit(max)}` };
  return { value };
}

function readText({ minLength, maxLength }: Extract<Control, { kind: "text" }>, value: string): ReadDraft {
  // A pattern is left to the device: one that a hostile device wrote could keep the page busy for ever.
  if (minLength !== undefined && value.length < minLength)
    return { problem: `at least ${minLength} characters` };
  if (maxLength !== undefined && value.length > maxLength)
    return { problem: `at most ${maxLength} characters` };
  return { value };
}

function readJson(text: string): ReadDraft {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `this is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function readAll(
  parts: readonly { readonly name: string; readonly read: ReadDraft }[],
  combine: (values: readonly (readonly [string, unknown])[]) => unknown,
): ReadDraft {
  const values: (readonly [string, unknown])[] = [];
  for (const { name, read } of parts) {
    if ("problem" in read) return { problem: `${name}: ${read.problem}` };
    values.push([name, read.value]);
  }
  return { value: combine(values) };
}

function plainText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** What a person wrote; nothing where the draft has parts. */
export function textOf(draft: Draft): string {
  return typeof draft === "object" ? "" : String(draft);
}
