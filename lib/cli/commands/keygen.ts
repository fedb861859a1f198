import { existsSync, statSync } from "node:fs";
import { type Command } from "commander";
import { type KeyFiles, writeKeyFiles } from "../../security/key-file";
import { generateKeys } from "../../security/generate-keys";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { tableLines } from "../terminal/table";

interface KeygenOptions {
  readonly overwrite?: boolean;
}

const DEFAULT_PATH = "keys/rig";

export function keygenCommand(session: Session): Command {
  return newCommand("keygen", {
    description: "Makes a pair of keys and writes it to PATH.key (its owner's alone) and PATH.pub.",
    examples: [
      ["rigwire keygen keys/rig", "one pair for all computers of a rig"],
      ["rigwire keygen keys/camera-pi", "a pair of one computer: .key stays there, .pub is handed out"],
    ],
    notes: "A folder that is not there is made. Which computer needs which file: docs/safety.md.",
  })
    .argument("[path]", "where, without an ending", DEFAULT_PATH)
    .option("--overwrite", "replace files that are there; their keys are lost")
    .action((path: string, options: KeygenOptions) => keygen(session, path, options));
}

function keygen({ output }: Session, path: string, { overwrite = false }: KeygenOptions): void {
  const name = keyName(path);
  const existing = [`${name}.key`, `${name}.pub`].find((file) => existsSync(file));
  if (existing !== undefined && !overwrite) {
    throw new UsageError(
      `${existing} is there, and its keys may be in use: choose another path, or replace them with --overwrite`,
    );
  }
  const keys = generateKeys();
  const files = writeKeyFiles(name, keys, { overwrite });
  if (output.json) output.record({ ...files, publicKey: keys.publicKey });
  else tell(output, files, keys.publicKey);
}

/**
 * @throws UsageError if it is a folder.
 */
function keyName(path: string): string {
  const isFolder = path.endsWith("/") || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder) {
    const folder = path.replace(/\/+$/, "");
    throw new UsageError(`${path} is a folder: name the files in it, as in rigwire keygen ${folder}/rig`);
  }
  return path.replace(/\.(key|pub)$/, "");
}

function tell(output: Session["output"], { secretFile, publicFile }: KeyFiles, publicKey: string): void {
  const { bold, dim } = output.paint;
  const rows = [
    [bold(printable(secretFile)), "both keys: keep it to its owner"],
    [bold(printable(publicFile)), "the public key: hand it out"],
    ["public key", publicKey],
  ];
  for (const line of tableLines(rows)) output.line(line);
  output.note(
    dim(
      `next, one pair for a rig: copy ${printable(secretFile)} to its other computers with its mode (scp -p), and start\n` +
        `every program, and rigwire, with RIGWIRE_KEYS=${printable(secretFile)}; a pair for each: docs/safety.md`,
    ),
  );
}
