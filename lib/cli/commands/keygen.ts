import { existsSync, statSync } from "node:fs";
import { type Command } from "commander";
import { type KeyFiles, writeKeyFiles } from "../../security/key-file";
import { generateKeys } from "../../security/generate-keys";
import { addToken } from "../../security/token-file";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { type Session } from "../program/session";
import { tableLines } from "../terminal/table";

interface KeygenOptions {
  readonly overwrite?: boolean;
  readonly token?: string;
}

const DEFAULT_PATH = "keys/rig";
const DEFAULT_TOKENS = "keys/tokens";

export function keygenCommand(session: Session): Command {
  return newCommand("keygen", {
    description:
      "Makes a pair of keys and writes it to PATH.key (its owner's alone) and PATH.pub; or a token for a WebSocket client.",
    examples: [
      ["rigwire keygen keys/rig", "one pair for all computers of a rig"],
      ["rigwire keygen keys/camera-pi", "a pair of one computer: .key stays there, .pub is handed out"],
      ["rigwire keygen --token desk", "a token for a client, whose hash is added to keys/tokens"],
    ],
    notes: "A folder that is not there is made. Which computer needs which file: docs/safety.md.",
  })
    .argument(
      "[path]",
      `where, without an ending (default: ${DEFAULT_PATH}); of tokens, the file (${DEFAULT_TOKENS})`,
    )
    .option("--overwrite", "replace files that are there; their keys are lost")
    .option("--token <name>", "make a token for the client of this name, for ws: and wss:")
    .action((path: string | undefined, options: KeygenOptions) => {
      if (options.token === undefined) keygen(session, path ?? DEFAULT_PATH, options);
      else tokengen(session, path ?? DEFAULT_TOKENS, options.token, options);
    });
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

function tokengen(
  { output }: Session,
  path: string,
  name: string,
  { overwrite = false }: KeygenOptions,
): void {
  if (overwrite) throw new UsageError("--overwrite replaces keys: remove the line of a token from its file");
  const token = addToken(path, name);
  if (output.json) {
    output.record({ path, name, token });
    return;
  }
  const { bold, dim } = output.paint;
  const rows = [
    [bold(token), `the token of ${printable(name)}: it is shown this once`],
    [bold(printable(path)), "its hash: the device reads it"],
  ];
  for (const line of tableLines(rows)) output.line(line);
  output.note(
    dim(
      `next: start the device with RIGWIRE_TOKENS=${printable(path)}, and the client with RIGWIRE_TOKEN set to the token;\n` +
        "to shut the client out, remove its line",
    ),
  );
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
