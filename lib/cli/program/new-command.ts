import { Command } from "commander";

/** What a command's help says. */
export interface CommandHelp {
  readonly description: string;
  /** Command lines that work, each with what it is for. */
  readonly examples: readonly (readonly [commandLine: string, purpose: string])[];
  /** Further paragraphs. */
  readonly notes?: string;
}

/** A command with what all commands have: `--json`, `--verbose`, an example in its help, errors left to the caller. */
export function newCommand(name: string, { description, examples, notes }: CommandHelp): Command {
  const command = new Command(name).description(description).option("--json", "print lines of JSON");
  command.option("--verbose", "tell traces of errors, and what happens in between");
  const width = Math.max(...examples.map(([commandLine]) => commandLine.length));
  const exampleLines = examples.map(
    ([commandLine, purpose]) => `  $ ${commandLine.padEnd(width)}  # ${purpose}\n`,
  );
  const heading = examples.length > 1 ? "Examples" : "Example";
  command.addHelpText(
    "after",
    `${notes === undefined ? "" : `\n${notes}\n`}\n${heading}:\n${exampleLines.join("")}`,
  );
  return leaveErrors(command);
}

/** Errors of the command line are thrown and printed by the caller, on one line. */
export function leaveErrors(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => undefined });
}
