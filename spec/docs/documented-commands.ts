import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command } from "commander";
import { Output } from "../../lib/cli/terminal/output";
import { type Session } from "../../lib/cli/program/session";
import { COMMANDS } from "../../lib/cli/program/command-list";
import { type CodeBlock, placeOf } from "./code-blocks";
import { PROJECT } from "./pages";
import { type ShellCommand, shellCommands } from "./shell-commands";

const SHELL = new Set(["sh", "bash"]);
const PROMPT = "$ ";

/** Whether a block is for a shell, or shows one. */
export function isForShell({ language }: CodeBlock): boolean {
  return SHELL.has(language) || language === "console";
}

/** The script of a block for a shell; of a `console`, what stands behind its prompts. */
export function scriptOf({ language, lines }: CodeBlock): string {
  const own = SHELL.has(language)
    ? lines
    : lines.filter((line) => line.startsWith(PROMPT)).map((line) => line.slice(PROMPT.length));
  return own.join("\n");
}

/** What is wrong with the commands of a block: commands, options and scripts that do not exist. */
export async function wrongCommands(block: CodeBlock): Promise<string[]> {
  const complaints: string[] = [];
  for (const command of shellCommands(scriptOf(block))) {
    const problem = await problemOf(command);
    if (problem !== undefined) complaints.push(`${placeOf(block)} ${command.join(" ")}: ${problem}`);
  }
  return complaints;
}

async function problemOf(command: ShellCommand): Promise<string | undefined> {
  const [program, ...args] = command;
  if (program === "npx") return args[0] === "rigwire" ? rigwireProblem(args.slice(1)) : undefined;
  if (program === "rigwire") return rigwireProblem(args);
  if (program === "npm") return npmProblem(args);
  return undefined;
}

async function npmProblem([command = "", ...rest]: readonly string[]): Promise<string | undefined> {
  if (!["run", "start", "test"].includes(command)) return undefined;
  // Options such as --silent stand before the script's name, its own arguments behind a --.
  const named = rest.slice(rest.findIndex((argument) => !argument.startsWith("-")));
  const [script = "", separator, ...args] = command === "run" ? named : [command];
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { scripts: object };
  if (!(script in scripts)) return `there is no script "${script}"`;
  return script === "rigwire" && separator === "--" ? rigwireProblem(args) : undefined;
}

/** Parses it as `rigwire` does, and carries nothing out. */
async function rigwireProblem(args: readonly string[]): Promise<string | undefined> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "--version" || name === "help") return undefined;
  if (!COMMANDS.some((command) => command.name === name)) return `there is no command "${name}"`;
  const output = new Output(process.stdout, process.stderr, { json: false, verbose: false, env: {} });
  const command = commandNamed(name)({ output, signal: new AbortController().signal });
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined }).action(() => undefined);
  try {
    await command.parseAsync(rest, { from: "user" });
    return undefined;
  } catch (error) {
    if ((error as { code?: string }).code === "commander.helpDisplayed") return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

/** Loaded by its place: jest has no `import()` for `load` of {@link COMMANDS}. */
function commandNamed(name: string): (session: Session) => Command {
  const file = join(PROJECT, "lib/cli/commands", name);
  const make =
    jest.requireActual<Partial<Record<string, (session: Session) => Command>>>(file)[`${name}Command`];
  if (make === undefined) throw new Error(`${file} has no ${name}Command`);
  return make;
}
