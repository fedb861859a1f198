import { Command, CommanderError } from "commander";
import { VERSION } from "../../version";
import { COMMANDS, type CommandEntry } from "./command-list";
import { UsageError } from "./exit-code";
import { leaveErrors } from "./new-command";
import { type Session } from "./session";
import { didYouMean } from "../terminal/suggestion";

const AFTER_HELP = `
DEVICE is a URL (tcp://10.0.0.7:9000) or a name. Names are looked up in this
computer's advertisements and in the registry that RIGWIRE_REGISTRY names, or
where --registry URL, --local and --rpyc say.

Exit codes: 0 done, 1 the device said no, 2 usage, 3 not reachable,
4 not allowed.

Example:
  $ rigwire devices
`;

/**
 * Carries out a command line.
 *
 * @throws UsageError for one that cannot be read, and what the command throws.
 */
export async function runProgram(session: Session, args: readonly string[]): Promise<void> {
  if (args[0] === "__complete") {
    const { printCompletions } = await import("../terminal/complete.js");
    await printCompletions(session, args.slice(1));
    return;
  }
  const program = newProgram();
  const wanted = args.find((arg) => !arg.startsWith("-"));
  const name = wanted === "help" ? args[args.indexOf("help") + 1] : wanted;
  for (const entry of COMMANDS) {
    program.addCommand(entry.name === name ? await entry.load(session) : unloaded(entry));
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (!HELP.has(error.code)) throw refusal(error, name);
  }
}

function newProgram(): Command {
  const program = new Command("rigwire")
    .description("Devices on a network, from the terminal.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--json", "print lines of JSON")
    .option("--verbose", "tell traces of errors, and what happens in between")
    .addHelpText("after", AFTER_HELP)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}`.trim() })
    .usage("[options] [command]")
    .argument("[command]")
    .allowExcessArguments()
    .action((name: string | undefined) => {
      if (name !== undefined) throw unknownCommand(name);
      program.outputHelp();
    });
  return leaveErrors(program.helpCommand("help [command]", "how to use a command"));
}

function unknownCommand(name: string): UsageError {
  const names = COMMANDS.map((command) => command.name);
  return new UsageError(
    `there is no command "${name}"${didYouMean(name, names)}; the commands are ${names.join(", ")}`,
  );
}

function unloaded({ name, usage, summary }: CommandEntry): Command {
  return new Command(name).usage(usage).summary(summary);
}

/** Help that was asked for is no error. */
const HELP: ReadonlySet<string> = new Set(["commander.help", "commander.helpDisplayed", "commander.version"]);

function refusal({ message }: CommanderError, name: string | undefined): UsageError {
  const problem = message
    .replace(/^error: /, "")
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*)'/, '"$1" is no $2')
    .replaceAll("\n", " ")
    .replace(/\.$/, "");
  const isKnown = COMMANDS.some((command) => command.name === name);
  return new UsageError(`${problem}; see rigwire ${isKnown ? `${name ?? ""} ` : ""}--help`);
}
