import { displayWidth, tableLines } from "./table";

const GAP = "  ";

/** What goes on stands further in than what it belongs to. */
const INDENT = "    ";

/**
 * Rows as lines of no more than so many columns, nothing cut: a table where it fits, else the last column wrapped beside
 * the others, else each row with its cells one after the other.
 */
export function wrappedRows(rows: readonly (readonly string[])[], columns: number): readonly string[] {
  const lines = tableLines(rows);
  if (lines.every((line) => displayWidth(line) <= columns)) return lines;
  const leading = rows.map((row) => row.slice(0, -1));
  const width = Math.max(...tableLines(leading).map(displayWidth));
  const room = columns - width - GAP.length;
  if (room >= columns / 2) return rows.flatMap((row, index) => besideLines(leading, index, width, row, room));
  return rows.flatMap((row) => runningLines(row, columns));
}

function besideLines(
  leading: readonly (readonly string[])[],
  index: number,
  width: number,
  row: readonly string[],
  room: number,
): readonly string[] {
  const start = tableLines(leading)[index] ?? "";
  const [first = "", ...others] = wrapped(row.at(-1) ?? "", room);
  const padding = " ".repeat(width - displayWidth(start));
  const indent = " ".repeat(width + GAP.length);
  return [`${start}${padding}${GAP}${first}`.trimEnd(), ...others.map((line) => `${indent}${line}`)];
}

/** As many cells on a line as fit. */
function runningLines(cells: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const cell of cells.filter((text) => text !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + GAP.length + displayWidth(cell) <= columns) {
      lines[lines.length - 1] = `${last}${GAP}${cell}`;
      continue;
    }
    const start = last === undefined ? "" : INDENT;
    const [first = "", ...others] = wrapped(cell, columns - start.length, INDENT.length - start.length);
    lines.push(`${start}${first}`, ...others.map((line) => `${INDENT}${line}`));
  }
  return lines;
}

/** A colour, or one character. */
// eslint-disable-next-line no-control-regex
const PIECES = /\u001b\[\d+m|./gsu;

const NO_COLOUR = "\u001b[0m";

/** A line that is being written. */
interface Line {
  text: string;
  width: number;
  /** Where it may end: at its last space. */
  space: { readonly end: number; readonly colour: string } | undefined;
}

/**
 * A text as lines of no more than so many columns, broken at spaces where there are any; a colour goes on in the next
 * line.
 *
 * @param less - How much narrower all lines but the first are.
 */
export function wrapped(text: string, columns: number, less = 0): readonly string[] {
  const lines: string[] = [];
  let line: Line = { text: "", width: 0, space: undefined };
  let colour = "";
  const room = () => Math.max(1, lines.length === 0 ? columns : columns - less);
  for (const [piece] of text.matchAll(PIECES)) {
    const isColour = piece.length > 1 && piece.startsWith("\u001b");
    if (isColour) colour = piece === NO_COLOUR ? "" : piece;
    else if (line.width + displayWidth(piece) > room()) line = broken(line, lines, colour);
    if (piece === " ") line.space = { end: line.text.length, colour };
    line.text += piece;
    line.width += isColour ? 0 : displayWidth(piece);
  }
  return [...lines, line.text.trimEnd()];
}

/** Ends a line at its last space, or where it is, and begins the next one with what is left. */
function broken({ text, space }: Line, lines: string[], colour: string): Line {
  const end = space?.end ?? text.length;
  const colourThere = space?.colour ?? colour;
  lines.push(`${text.slice(0, end).trimEnd()}${colourThere === "" ? "" : NO_COLOUR}`);
  const rest = `${colourThere}${text.slice(end).trimStart()}`;
  return { text: rest, width: displayWidth(rest), space: undefined };
}
