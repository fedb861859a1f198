/** What a comment above a block may say of it; README.md beside this file tells what each means. */
export const MARKS = [
  "file",
  "continues",
  "needs",
  "browser",
  "run",
  "beside",
  "output",
  "unchecked",
] as const;

export type Mark = (typeof MARKS)[number];

/** A fenced block of a page. */
export interface CodeBlock {
  readonly page: string;
  /** The number of its first line in the page, the fence not counted. */
  readonly line: number;
  /** What the fence says, in lower case; `text` where it says nothing. */
  readonly language: string;
  readonly lines: readonly string[];
  readonly marks: ReadonlyMap<Mark, string>;
}

/** `page:line`, which terminals and editors open. */
export function placeOf({ page, line }: CodeBlock): string {
  return `${page}:${line}`;
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/;
const QUOTED_FENCE = /^\s*>[\s>]*(`{3,}|~{3,})/;
const COMMENT = /^\s*<!--(.*)-->\s*$/;

/** Where figures of the benchmark begin and end: no mark. */
const GENERATED = /^\s*figures:/;

/**
 * The fenced blocks of a page with their marks.
 *
 * @param page - Its path, as errors name it.
 * @throws Error for a mark that is unknown or stands above no block, and for a block that does not end.
 */
export function codeBlocksOf(page: string, text: string): CodeBlock[] {
  const lines = text.split(/\r?\n/);
  const blocks: CodeBlock[] = [];
  let marks = new Map<Mark, string>();
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const here = `${page}:${at + 1}`;
    if (QUOTED_FENCE.test(line))
      throw new Error(`${here}: a block in a quotation is not checked: take it out`);
    const fence = FENCE.exec(line);
    const comment = COMMENT.exec(line)?.[1];
    if (fence !== null) {
      const end = endOfBlock(lines, at, fence[2]!);
      if (end === undefined) throw new Error(`${here}: the block does not end`);
      const indent = fence[1]!.length;
      const body = lines.slice(at + 1, end).map((each) => each.slice(Math.min(indent, leadingSpaces(each))));
      blocks.push({ page, line: at + 2, language: languageOf(fence[3]!), lines: body, marks });
      marks = new Map();
      at = end;
    } else if (comment !== undefined && GENERATED.test(comment)) {
      continue;
    } else if (comment !== undefined) {
      for (const [mark, value] of marksIn(comment, here)) marks.set(mark, value);
    } else if (line.trim() !== "") {
      if (marks.size > 0)
        throw new Error(`${here}: <!-- ${[...marks.keys()].join("; ")} --> stands above no block`);
    }
  }
  if (marks.size > 0) throw new Error(`${page}: ends with a mark that stands above no block`);
  return blocks;
}

function endOfBlock(lines: readonly string[], start: number, fence: string): number | undefined {
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at]!.trim();
    if (line.startsWith(fence) && line === fence[0]!.repeat(line.length)) return at;
  }
  return undefined;
}

function languageOf(info: string): string {
  return info === "" ? "text" : info.toLowerCase();
}

function leadingSpaces(line: string): number {
  return line.length - line.trimStart().length;
}

function marksIn(comment: string, here: string): [Mark, string][] {
  // A reason may have any words.
  const parts = /^\s*unchecked\s*:/.test(comment) ? [comment] : comment.split(";");
  return parts.map((part) => {
    const [name, ...value] = part.split(":");
    const mark = MARKS.find((known) => known === name!.trim());
    if (mark === undefined)
      throw new Error(`${here}: unknown mark "${part.trim()}"; there are ${MARKS.join(", ")}`);
    return [mark, value.join(":").trim()];
  });
}
