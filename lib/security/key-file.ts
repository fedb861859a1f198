import { type KeyPair, type PublicKey } from "./credentials";
import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { KeyError, messageOf } from "../errors";
import { requireKeyPair, requirePublicKey } from "./curve-key";
import { hasCode } from "../system-error";

/*
 * A key file is text. A line is `public KEY` or `secret KEY`; empty lines, and lines that begin with #, say nothing.
 * NAME.key holds both keys of a pair and is its owner's alone; NAME.pub holds the public key and is handed out.
 */

const SECRET_FILE = ".key";
export const PUBLIC_FILE = ".pub";

const OWNER_ONLY = 0o600;
const OWNER_WRITES = 0o644;
const PRIVATE_FOLDER = 0o700;
const OTHERS_MAY = 0o077;

/** A key file is some hundred bytes; whatever is larger is another thing. */
const MAX_FILE_BYTES = 16 * 1024;

/** Where {@link writeKeyFiles} wrote a pair of keys. */
export interface KeyFiles {
  /** `NAME.key`: public and secret key, only its owner can read it. */
  readonly secretFile: string;
  /** `NAME.pub`: the public key, to be handed out. */
  readonly publicFile: string;
}

/**
 * Writes a pair of keys as `NAME.key` (mode 0600) and `NAME.pub`. A folder that does not exist is made (mode 0700).
 *
 * @param path - Where: a path with or without the ending `.key`.
 * @param options.overwrite - Replaces files that exist. Default false: keys that are in use are not lost by accident.
 * @throws KeyError if there are such files, or they cannot be written.
 */
export function writeKeyFiles(
  path: string,
  keys: KeyPair,
  options: { readonly overwrite?: boolean } = {},
): KeyFiles {
  const { overwrite = false } = options;
  const name = path.endsWith(SECRET_FILE) ? path.slice(0, -SECRET_FILE.length) : path;
  const files = { secretFile: `${name}${SECRET_FILE}`, publicFile: `${name}${PUBLIC_FILE}` };
  const { publicKey, secretKey } = requireKeyPair(keys, "the pair");
  makeFolder(dirname(resolve(name)));
  write(files.secretFile, [SECRET_NOTE, `public ${publicKey}`, `secret ${secretKey}`], OWNER_ONLY, overwrite);
  write(files.publicFile, [PUBLIC_NOTE, `public ${publicKey}`], OWNER_WRITES, overwrite);
  return files;
}

const SECRET_NOTE =
  "# Keys of rigwire, public and secret. Keep this file to its owner; hand out the .pub file.";
const PUBLIC_NOTE = "# A public key of rigwire. Put this file into the folder of allowed keys of a device.";

/**
 * Reads a pair of keys.
 *
 * @throws KeyError if the file cannot be read, holds no pair, or can be read by others; with the cure.
 */
export function readKeyFile(path: string): KeyPair {
  const { text, mode } = read(path);
  const { public: publicKey, secret: secretKey } = parse(text, path);
  if (secretKey !== undefined && process.platform !== "win32" && (mode & OTHERS_MAY) !== 0) {
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    throw new KeyError(
      `others can read the secret key in ${path} (mode ${octal}): run chmod 600 ${path}; ` +
        "if others may have read it, make new keys",
    );
  }
  if (publicKey === undefined || secretKey === undefined) {
    throw new KeyError(
      `${path} holds no pair of keys: expected the lines "public KEY" and "secret KEY", as in a ${SECRET_FILE} file`,
    );
  }
  return requireKeyPair({ publicKey, secretKey }, path);
}

/**
 * Reads a public key from a file that holds nothing else.
 *
 * @throws KeyError if it cannot be read, or holds no public key, or a secret one.
 */
export function readPublicKey(path: string): PublicKey {
  const { public: publicKey, secret } = parse(read(path).text, path);
  if (secret !== undefined) {
    throw new KeyError(`${path} holds a secret key: hand out and read the ${PUBLIC_FILE} file instead`);
  }
  if (publicKey === undefined)
    throw new KeyError(`${path} holds no public key: expected the line "public KEY"`);
  return requirePublicKey(publicKey, `the public key in ${path}`);
}

/**
 * Reads all public keys of a folder, `NAME.pub` each.
 *
 * @returns Name → key: what `serverKeys` of an app takes.
 * @throws KeyError if the folder or one of its files cannot be read.
 */
export function readPublicKeys(folder: string): Readonly<Record<string, PublicKey>> {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new KeyError(`the folder of keys cannot be read: ${messageOf(error)}`, {}, { cause: error });
  }
  const files = names.filter((name) => name.endsWith(PUBLIC_FILE));
  return Object.fromEntries(
    files.map((file) => [file.slice(0, -PUBLIC_FILE.length), readPublicKey(join(folder, file))]),
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (error) {
    throw new KeyError(`the folder of keys cannot be made: ${messageOf(error)}`, {}, { cause: error });
  }
}

/** A file that is replaced is never half written, nor readable by others for a moment. */
function write(path: string, lines: readonly string[], mode: number, overwrite: boolean): void {
  const target = overwrite ? `${path}.${process.pid}.tmp` : path;
  try {
    if (overwrite) rmSync(target, { force: true });
    writeFileSync(target, `${lines.join("\n")}\n`, { mode, flag: "wx" });
    if (mode === OWNER_WRITES) chmodSync(target, mode);
    if (overwrite) renameSync(target, path);
  } catch (error) {
    const reason = isExisting(error)
      ? "it exists already; remove it, or choose another name, if its keys are not in use"
      : messageOf(error);
    throw new KeyError(`cannot write ${path}: ${reason}`, {}, { cause: error });
  }
}

/** By its shape: an error of Node is no `Error` of a second module realm. */
function isExisting(error: unknown): boolean {
  return hasCode(error, "EEXIST");
}

function read(path: string): { readonly text: string; readonly mode: number } {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) throw new Error(`${path} is no key file`);
    return { text: readFileSync(file, "utf8"), mode: stats.mode };
  } catch (error) {
    throw new KeyError(`the key file cannot be read: ${messageOf(error)}`, {}, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** @throws KeyError for a line that is none of a key file; what stands in it may be a secret and is not told. */
function parse(
  text: string,
  path: string,
): { readonly public: string | undefined; readonly secret: string | undefined } {
  const keys: { public: string | undefined; secret: string | undefined } = {
    public: undefined,
    secret: undefined,
  };
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [kind, key, ...rest] = line.trim().split(/\s+/);
    const isNew = (kind === "public" || kind === "secret") && keys[kind] === undefined;
    if (!isNew || key === undefined || rest.length > 0) {
      throw new KeyError(
        `line ${index + 1} of ${path} is none of a key file: expected "public KEY" or "secret KEY", each once`,
      );
    }
    keys[kind] = key;
  });
  return keys;
}
