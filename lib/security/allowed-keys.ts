import { type Allow, type PublicKey } from "./credentials";
import { lstatSync, type Stats, statSync } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { KeyError, messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { requirePublicKey } from "./curve-key";
import { PUBLIC_FILE, readPublicKey } from "./key-file";

/** A key whose owner may connect. */
export interface AllowedKey {
  /** That of its file, or the key itself where it was listed; nothing where nobody named it. */
  readonly name: string | undefined;
}

/** Tells whether a client may connect. */
export interface AllowedKeys {
  /** @returns Nothing where it may not. */
  find(publicKey: PublicKey): Promise<AllowedKey | undefined>;
}

/**
 * @param own - The server's public key: who has its pair may connect in any case.
 * @throws KeyError if the list holds what is no key, or the folder cannot be used.
 */
export function allowedKeys(allow: Allow, own: PublicKey, log: Logger): AllowedKeys {
  const others = allowedByOwner(allow, log);
  return {
    async find(key) {
      const found = await others.find(key);
      return key === own ? { name: found?.name ?? own } : found;
    },
  };
}

function allowedByOwner(allow: Allow, log: Logger): AllowedKeys {
  if (allow === "any") return { find: () => Promise.resolve({ name: undefined }) };
  if (typeof allow === "string") return new KeyFolder(allow, log);
  const keys = new Set(allow.map((key, index) => requirePublicKey(key, `allowed key ${index + 1}`)));
  return { find: (key) => Promise.resolve(keys.has(key) ? { name: key } : undefined) };
}

const OTHERS_WRITE = 0o022;
const ROOT = 0;

/**
 * A folder of public keys. It is looked at whenever a client connects, so that a key is allowed from the moment its
 * file is there, and refused from the moment it is gone: a watch would tell both a little later, and on some file
 * systems never. What did not change is not read again.
 */
class KeyFolder implements AllowedKeys {
  private keys: ReadonlyMap<PublicKey, AllowedKey> = new Map();
  private fingerprint = "";
  private lastProblem = "";

  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {
    try {
      requireOwn(folder, statSync(folder));
    } catch (error) {
      throw error instanceof KeyError ? error : unreadable(folder, error);
    }
  }

  /** Nobody is permitted while the folder cannot be read. */
  async find(publicKey: PublicKey): Promise<AllowedKey | undefined> {
    try {
      requireOwn(this.folder, await stat(this.folder));
      await this.refresh();
      return this.keys.get(publicKey);
    } catch (error) {
      this.tell(error instanceof KeyError ? error : unreadable(this.folder, error));
      return undefined;
    }
  }

  private async refresh(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => name.endsWith(PUBLIC_FILE)).sort();
    const stats = await Promise.all(names.map((name) => describe(join(this.folder, name))));
    const fingerprint = stats.join("\n");
    if (fingerprint === this.fingerprint) return;
    const keys = new Map<PublicKey, AllowedKey>();
    for (const name of names) {
      const key = this.read(join(this.folder, name));
      if (key !== undefined && !keys.has(key)) keys.set(key, { name: name.slice(0, -PUBLIC_FILE.length) });
    }
    this.keys = keys;
    this.fingerprint = fingerprint;
  }

  /** A file that cannot be used allows nobody, and keeps nobody else out. */
  private read(path: string): PublicKey | undefined {
    try {
      requireOwn(path, lstatSync(path));
      return readPublicKey(path);
    } catch (error) {
      this.tell(error);
      return undefined;
    }
  }

  private tell(problem: unknown): void {
    const text = messageOf(problem);
    if (text === this.lastProblem) return;
    this.lastProblem = text;
    this.log.warn({ folder: this.folder }, `allowed keys: ${text}`);
  }
}

/** Whoever can write a key, or change where a link to it leads, can let anybody in. */
function requireOwn(path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) {
    throw new KeyError(`${path} is a link, whose aim others may change: put the file itself there`);
  }
  if (process.platform === "win32") return;
  const own = process.getuid?.();
  if (own !== undefined && stats.uid !== own && stats.uid !== ROOT) {
    throw new KeyError(
      `${path} belongs to another user, who can allow anybody with it: run chown ${own} ${path}`,
    );
  }
  if ((stats.mode & OTHERS_WRITE) === 0) return;
  throw new KeyError(`others can write to ${path}, and so allow anybody: run chmod go-w ${path}`);
}

/** Changes whenever the file does. */
async function describe(path: string): Promise<string> {
  try {
    const { ino, size, mode, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    return [path, ino, size, mode, mtimeNs, ctimeNs].join(" ");
  } catch {
    return `${path} is gone`;
  }
}

function unreadable(folder: string, error: unknown): KeyError {
  const problem = `the folder of allowed keys ${folder} cannot be read: ${messageOf(error)}`;
  return new KeyError(problem, {}, { cause: error });
}
