/** A command of a shell script: the program and its arguments, without assignments before it and redirections. */
export type ShellCommand = readonly string[];

const OPERATORS = /^(?:&&|\|\||[;|&\n()])/;
const REDIRECTION = /^\d?(?:>>|>&|[<>])/;
const ASSIGNMENT = /^\w+=/;

/**
 * The commands of a script as far as documentation has them: words, quotes, pipes, lists, redirections, `<(…)` and
 * `$(…)`, comments. Variables stay as they are written.
 */
export function shellCommands(script: string): ShellCommand[] {
  const commands: string[][] = [[]];
  let isRedirected = false;
  let rest = withoutDocuments(script.replaceAll("\\\n", " "));
  while (rest !== "") {
    const substitution = /^(?:<|>|\$)\(/.exec(rest);
    const operator = substitution ?? OPERATORS.exec(rest);
    const redirection = operator === null ? REDIRECTION.exec(rest) : null;
    const skipped = operator ?? redirection ?? /^(?:[ \t\r]+(?:#.*)?|#.*)/.exec(rest);
    if (skipped !== null) {
      if (operator !== null) commands.push([]);
      if (redirection !== null) isRedirected = true;
      rest = rest.slice(skipped[0].length);
      continue;
    }
    const written = /^(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\;|&()<>])+/.exec(rest)?.[0] ?? rest[0]!;
    rest = rest.slice(written.length);
    const current = commands.at(-1)!;
    if (!isRedirected && !(current.length === 0 && ASSIGNMENT.test(written))) current.push(unquoted(written));
    isRedirected = false;
  }
  return commands.filter((command) => command.length > 0);
}

/** What a shell reads as the input of a command (`<<'END'`) are no commands. */
function withoutDocuments(script: string): string {
  return script.replace(/<<-?\s*(['"]?)(\w+)\1(.*)\n(?:.*\n)*?\s*\2(?=\n|$)/g, "$3");
}

function unquoted(written: string): string {
  return written.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_, double?: string, single?: string, escaped?: string) =>
      double?.replace(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? "",
  );
}
