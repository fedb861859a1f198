import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { KeyError, messageOf } from "../../errors";

const OTHERS = 0o077;

/** Shorter ones can be tried out. */
const LEAST_LENGTH = 8;

/** A password out of a file that nobody else can read: its first line. */
export class Password {
  private readonly hash: Buffer;

  /** @throws KeyError if the file cannot be used. */
  constructor(path: string) {
    let text: string;
    let mode: number;
    try {
      mode = statSync(path).mode;
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw new KeyError(
        `the file of the password cannot be read: ${messageOf(error)}`,
        {},
        { cause: error },
      );
    }
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
      throw new KeyError(`others can read the password in ${path}: run chmod 600 ${path}`);
    }
    const [password = ""] = text.split(/\r?\n/);
    if (password.length < LEAST_LENGTH) {
      throw new KeyError(
        `the password in ${path} is too short: its first line must have ${LEAST_LENGTH} characters`,
      );
    }
    this.hash = hashOf(password);
  }

  /** How long that takes tells nothing of it. */
  is(text: string): boolean {
    return timingSafeEqual(hashOf(text), this.hash);
  }
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
