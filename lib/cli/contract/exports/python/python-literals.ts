import { isObject } from "../../../../wire/message";

/** A text as a literal of Python, whatever is in it. */
export function pythonText(text: string): string {
  return `"${escaped(text)}"`;
}

/** A value of JSON as a literal of Python; of anything else, None. */
export function pythonValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return pythonText(value);
    case "boolean":
      return value ? "True" : "False";
    case "bigint":
      return String(value);
    case "number":
      return Number.isFinite(value) ? String(value) : `float("${value}")`;
    default:
      if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
      if (!isObject(value)) return "None";
      return `{${Object.entries(value)
        .map(([key, item]) => `${pythonText(key)}: ${pythonValue(item)}`)
        .join(", ")}}`;
  }
}

/** Lines as a docstring, indented; nothing where there is nothing to say. */
export function docstring(lines: readonly string[], indent: string): readonly string[] {
  const said = lines.map((line) => escaped(line.replaceAll(/[\s\u0085]+/g, " ").trimEnd()));
  const [first = "", ...others] = said;
  if (said.every((line) => line === "")) return [];
  if (others.length === 0) return [`${indent}"""${first}"""`];
  return [
    `${indent}"""${first}`,
    ...others.map((line) => (line === "" ? "" : `${indent}${line}`)),
    `${indent}"""`,
  ];
}

/** Characters that end a text, or do more than being seen. */
const UNSAFE = /["\\\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function escaped(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
