/** Control characters, the ones that turn the direction of writing, line separators, and the byte order mark. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff]/gu;

/** What {@link Paint} and line ends and the columns of a table make of a text; nothing that does more than colour. */
// eslint-disable-next-line no-control-regex
const OWN = /(\n|\t|\u001b\[(?:[0-2]|3[1-6])m)/;

/** Text from elsewhere as a terminal may show it: nothing in it moves the cursor or changes the terminal. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escaped(character));
}

/** The same for a text of several lines. In a string of TypeScript or JSON the character stays what it was. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** The same for what was put together here, with colours and lines: what was overlooked in its parts. */
export function printableOutput(text: string): string {
  return text
    .split(OWN)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join("");
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
