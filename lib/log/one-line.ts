/** What would end a line, drive a terminal, or turn the direction in which a line is read. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Longer is no message that a person reads, in characters. */
const MAX_LENGTH = 1_024;

/**
 * A text from elsewhere as it may stand in a line of a log, in an error or in a list.
 *
 * @param maxLength - What is longer is cut, in characters. Default 1,024.
 * @returns The text with what is no plain character of a line escaped, as in JSON.
 */
export function oneLine(text: string, maxLength = MAX_LENGTH): string {
  const escaped = onOneLine(text.slice(0, maxLength + 1));
  return escaped.length > maxLength ? `${wholeCharacters(escaped, maxLength - 1)}…` : escaped;
}

/** As {@link oneLine}, however long the text is. */
export function onOneLine(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escapeOf(character));
}

/** Whether a text is what {@link oneLine} makes of it. */
export function isOneLine(text: string, maxLength = MAX_LENGTH): boolean {
  return text.length <= maxLength && text.search(UNSAFE) < 0;
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The beginning of a text; half of a character is none. */
function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}
