import { stripVTControlCharacters } from "node:util";

const GAP = "  ";

/** Rows as lines, columns aligned; the last column is as wide as it is. Cells may be coloured. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell))));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - displayWidth(cell)))
      .join(GAP)
      .trimEnd(),
  );
}

/** How many columns a text takes on a terminal, for the characters that names and values are made of. */
export function displayWidth(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** A text that takes no more than so many columns, colours kept whole; an ellipsis where something is missing. */
export function fitted(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let shown = "";
  let width = 0;
  for (const [piece] of text.matchAll(PIECES)) {
    const pieceWidth = displayWidth(piece);
    if (width + pieceWidth > columns - 1) break;
    shown += piece;
    width += pieceWidth;
  }
  const reset = shown.includes("\u001b") ? "\u001b[0m" : "";
  return `${shown}…${reset}`;
}

/** A colour, or one character. */
// eslint-disable-next-line no-control-regex
const PIECES = /\u001b\[\d+m|./gsu;
