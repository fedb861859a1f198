import {
  AuthenticationError,
  ConnectionLostError,
  DeviceUnavailableError,
  messageOf,
  RegistryUnsupportedError,
  RemoteError,
  RpcTimeoutError,
  RpycRegistryUnreachableError,
} from "../../errors";
import { stackOf } from "../../thrown";
import { EXIT, exitCodeOf } from "../program/exit-code";
import { keyCure } from "../keys/key-problems";
import { type Output } from "./output";
import { printable } from "./printable";

/** What to do about an error whose own message does not say it. */
function cureOf(error: unknown): string | undefined {
  if (error instanceof DeviceUnavailableError)
    return "is it running there? `rigwire doctor` looks at this side";
  if (error instanceof AuthenticationError) return keyCure(error);
  if (error instanceof RpcTimeoutError)
    return "give it longer with --timeout MS, or see with `rigwire ping` whether it lives";
  if (error instanceof ConnectionLostError) return "look at the device before you repeat it";
  // One that is asked over TCP was named already.
  if (error instanceof RpycRegistryUnreachableError && error.message.includes("udp://"))
    return "here: --rpyc-host HOST[:PORT], or tcp://HOST[:PORT] for one that speaks TCP";
  if (error instanceof RegistryUnsupportedError) return "give the device's URL instead of its name";
  if (error instanceof RemoteError && error.traceback !== "") return "--verbose shows its traceback";
  return undefined;
}

/** Prints an error as one line on stderr: what, and the cure. With `--verbose` the traces follow. */
export function printError(error: unknown, output: Output): void {
  const message = messageOf(error);
  const cure = output.verbose ? undefined : cureOf(error);
  if (output.json) {
    const record = { error: message, ...(cure !== undefined && { cure }), exitCode: exitCodeOf(error) };
    output.rawNote(`${printable(JSON.stringify(record))}\n`);
  } else {
    const { red, dim } = output.notePaint;
    const told = `${red("rigwire:")} ${printable(message)}`;
    output.rawNote(`${told}${cure === undefined ? "" : dim(`; ${cure}`)}\n`);
  }
  if (output.verbose) printTraces(error, output);
}

function printTraces(error: unknown, output: Output): void {
  if (error instanceof RemoteError && error.traceback !== "") {
    output.rawNote(`the device's trace:\n${lines(error.traceback)}\n`);
    return;
  }
  if (exitCodeOf(error) !== EXIT.usage || !(error instanceof Error)) {
    output.rawNote(`this side's trace:\n${lines(stackOf(error))}\n`);
  }
}

function lines(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `  ${printable(line)}`)
    .join("\n");
}
