import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { stat, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { KeyError, messageOf } from "../errors";
import { type Logger } from "../log/logger";

/*
 * A file of tokens is text. A line is `NAME HASH`: the name of a client, and the SHA-256 of its token in hex. Empty
 * lines, and lines that begin with #, say nothing. The token itself is nowhere but with its client. A line that is
 * removed shuts the client out.
 */

const TOKEN_BYTES = 32;
const HASH = /^[0-9a-f]{64}$/;
const NAME = /^[A-Za-z0-9_.@-]{1,64}$/;

const OWNER_ONLY = 0o600;
const PRIVATE_FOLDER = 0o700;
const OTHERS_WRITE = 0o022;

/** More than a rig has clients. */
const MAX_FILE_BYTES = 1024 * 1024;

const NOTE =
  "# Tokens of rigwire: NAME and the SHA-256 of its token. Remove a line to shut its client out.\n";

/**
 * Makes a token for a client, and adds its hash to a file of tokens. A folder or file that does not exist is made
 * (mode 0700 and 0600).
 *
 * @returns The token, which is written nowhere.
 * @throws KeyError if the name is taken or cannot be one, or the file cannot be used.
 */
export function addToken(path: string, name: string): string {
  if (!NAME.test(name)) {
    throw new KeyError(
      `"${name}" cannot name a token: take letters, digits, and any of _ . @ -, at most 64 of them`,
    );
  }
  const exists = existsSync(path);
  const text = exists ? readText(path) : "";
  if (exists && parse(text, path).has(name)) {
    throw new KeyError(`${path} has a token named ${name}: remove its line first, or choose another name`);
  }
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true, mode: PRIVATE_FOLDER });
    const separator = text === "" || text.endsWith("\n") ? "" : "\n";
    const line = `${name} ${hashOf(token).toString("hex")}\n`;
    appendFileSync(path, `${exists ? separator : NOTE}${line}`, { mode: OWNER_ONLY });
    if (!exists) chmodSync(path, OWNER_ONLY);
  } catch (error) {
    throw new KeyError(`cannot write ${path}: ${messageOf(error)}`, {}, { cause: error });
  }
  return token;
}

/** A token that is known, without the token. */
export interface KnownToken {
  readonly name: string;
  readonly hash: string;
}

/** The tokens that let clients in. The file is read again when it has changed. */
export class TokenFile {
  private tokens: ReadonlyMap<string, Buffer> = new Map();
  private fingerprint = "";
  private lastProblem = "";

  /** @throws KeyError if the file cannot be used. */
  constructor(
    private readonly path: string,
    private readonly log: Logger,
  ) {
    this.tokens = parse(readText(path), path);
  }

  /**
   * Whose token it is; nothing where nobody has it, or the file cannot be used at the moment. How long that takes tells
   * nothing of the tokens.
   */
  async nameOf(token: string): Promise<string | undefined> {
    return (await this.find(token))?.name;
  }

  /** As {@link nameOf}, with what tells later whether it is known still. */
  async find(token: string): Promise<KnownToken | undefined> {
    await this.refresh();
    const hash = hashOf(token);
    let found: KnownToken | undefined;
    for (const [name, known] of this.tokens) {
      if (timingSafeEqual(hash, known)) found = { name, hash: known.toString("hex") };
    }
    return found;
  }

  /** Whether a token is known still: its line may have been removed, or be another token's now. */
  async has({ name, hash }: KnownToken): Promise<boolean> {
    await this.refresh();
    return this.tokens.get(name)?.toString("hex") === hash;
  }

  private async refresh(): Promise<void> {
    try {
      const { ino, size, mode, mtimeNs, ctimeNs } = await stat(this.path, { bigint: true });
      const fingerprint = [ino, size, mode, mtimeNs, ctimeNs].join(" ");
      if (fingerprint === this.fingerprint) return;
      check(this.path, Number(mode), Number(size));
      this.tokens = parse(await readFile(this.path, "utf8"), this.path);
      this.fingerprint = fingerprint;
      this.lastProblem = "";
    } catch (error) {
      this.tokens = new Map();
      this.fingerprint = "";
      this.tell(messageOf(error));
    }
  }

  private tell(problem: string): void {
    if (problem === this.lastProblem) return;
    this.lastProblem = problem;
    this.log.warn({ path: this.path }, `no token is taken: ${problem}`);
  }
}

/** A token is as long as its hash and as random: it cannot be guessed from it. */
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function readText(path: string): string {
  try {
    const { mode, size } = statSync(path);
    check(path, mode, size);
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `the file of tokens cannot be read: ${messageOf(error)}; rigwire keygen --token NAME ${path} makes it`,
      {},
      { cause: error },
    );
  }
}

/** Whoever can write a token can let anybody in. */
function check(path: string, mode: number, size: number): void {
  if (size > MAX_FILE_BYTES) throw new KeyError(`${path} is no file of tokens: it has ${size} bytes`);
  if (process.platform === "win32" || (mode & OTHERS_WRITE) === 0) return;
  throw new KeyError(`others can write to ${path}, and so let anybody in: run chmod go-w ${path}`);
}

/** @throws KeyError for a line that is none; what stands in it may be a token and is not told. */
function parse(text: string, path: string): Map<string, Buffer> {
  const tokens = new Map<string, Buffer>();
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [name = "", hash = "", ...rest] = line.trim().split(/\s+/);
    if (!NAME.test(name) || !HASH.test(hash) || rest.length > 0 || tokens.has(name)) {
      throw new KeyError(
        `line ${index + 1} of ${path} is none of a file of tokens: expected "NAME HASH", each name once`,
      );
    }
    tokens.set(name, Buffer.from(hash, "hex"));
  });
  return tokens;
}
