/** A parameter as it is written in a method's source. */
export interface WrittenParameter {
  /** Has a default value, or takes what is left. */
  readonly isOptional: boolean;
  /** Takes all arguments that are left: `...values`. */
  readonly isRest: boolean;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * The parameters of a function as its source writes them: what no compiler has to pass on, and what `length` does not
 * count.
 *
 * @returns Nothing where the source is not to be had, as of functions of the engine and bound ones.
 */
export function writtenParameters(method: unknown): readonly WrittenParameter[] | undefined {
  if (typeof method !== "function") return undefined;
  const source = Function.prototype.toString.call(method);
  const start = source.indexOf("(");
  if (start < 0 || source.includes("[native code]")) return undefined;
  return parametersIn(source, start);
}

function parametersIn(source: string, start: number): WrittenParameter[] | undefined {
  const parameters: WrittenParameter[] = [];
  const open = [")"];
  let text = "";
  for (let index = start + 1; index < source.length; index++) {
    const end = endOfText(source, index);
    if (end !== undefined) {
      // A comment says nothing; the content of a literal does not matter.
      if (source[index] !== "/") text += "_";
      index = end;
      continue;
    }
    const character = source.charAt(index);
    if (character === open.at(-1)) open.pop();
    else if (character in CLOSING) open.push(CLOSING[character] ?? "");
    const isOuter = open.length === 0 || (open.length === 1 && character === ",");
    if (!isOuter) text += character;
    else {
      if (text.trim() !== "") parameters.push(parameter(text.trim()));
      text = "";
    }
    if (open.length === 0) return parameters;
  }
  return undefined;
}

function parameter(text: string): WrittenParameter {
  const isRest = text.startsWith("...");
  return { isRest, isOptional: isRest || withoutPattern(text).includes("=") };
}

/** `{ a = 1 } = {}` has a default value of its own, `{ a = 1 }` has not. */
function withoutPattern(text: string): string {
  if (!text.startsWith("{") && !text.startsWith("[")) return text;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character in CLOSING) depth++;
    else if (")]}".includes(character)) depth--;
    if (depth === 0) return text.slice(index + 1);
  }
  return "";
}

/** Where a comment or the literal of a text that begins at `index` ends; nothing where none begins there. */
function endOfText(source: string, index: number): number | undefined {
  const beginning = source.slice(index, index + 2);
  if (beginning === "/*") return found(source.indexOf("*/", index + 2), 1, source);
  if (beginning === "//") return found(source.indexOf("\n", index), 0, source);
  const quote = source.charAt(index);
  if (quote !== '"' && quote !== "'" && quote !== "`") return undefined;
  for (let at = index + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === quote) return at;
  }
  return source.length;
}

function found(index: number, more: number, source: string): number {
  return index < 0 ? source.length : index + more;
}
