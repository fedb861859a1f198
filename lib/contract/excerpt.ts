import { arrayExcerpt } from "./convert-array";

const EXCERPT_LENGTH = 60;

/** A value as an error shows it: its beginning, however large it is. */
export function excerpt(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : (arrayExcerpt(value) ?? "an object");
}

/** A text, or its beginning. */
export function shorten(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}
