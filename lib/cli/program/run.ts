import { CallAbortedError } from "../../errors";
import { printError } from "../terminal/error-line";
import { CommandEnd, EXIT, exitCodeOf } from "./exit-code";
import { Output } from "../terminal/output";
import { runProgram } from "./program";
import { StopSignals } from "../lookup/stop-signals";

/**
 * Runs `rigwire`.
 *
 * @param args - What follows the program's name.
 * @returns The exit code.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const flags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const output = new Output(process.stdout, process.stderr, {
    json: flags.includes("--json"),
    verbose: flags.includes("--verbose"),
    env: process.env,
  });
  const stop = new StopSignals(process.stdout, () => output.eraseKeys());
  try {
    await runProgram({ output, signal: stop.signal }, args);
    return EXIT.done;
  } catch (error) {
    if (stop.reason === "nobody reads") return EXIT.done;
    const isStopped = stop.reason !== undefined;
    if (!(error instanceof CommandEnd) && !(isStopped && isAbort(error))) printError(error, output);
    return isStopped ? EXIT.interrupted : exitCodeOf(error);
  } finally {
    stop.close();
  }
}

/** Ended by the stop itself, with nothing to tell. A call that was under way has something to tell. */
function isAbort(error: unknown): boolean {
  return !(error instanceof CallAbortedError) && error instanceof Error && error.name === "AbortError";
}
