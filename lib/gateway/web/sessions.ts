import { createHash, randomBytes } from "node:crypto";

const SECRET_BYTES = 32;

/** A session ends when it was not used for this long, in milliseconds. */
const IDLE_MS = 12 * 60 * 60 * 1_000;

/** A token that nobody used by then is worth nothing any more, in milliseconds. */
const TOKEN_MS = 60 * 60 * 1_000;

/** More than a rig has screens; the one that was used the longest ago goes. */
const MAX_SESSIONS = 1_024;
const MAX_TOKENS = 64;

/** Somebody who has logged in. */
export interface WebSession {
  /** What devices and logs call whom it is. */
  readonly name: string;
}

/** What lets browsers in: tokens that are good once, and the sessions that they are exchanged for. Kept as hashes. */
export class Sessions {
  private readonly tokens = new Map<string, number>();
  private readonly sessions = new Map<string, { readonly session: WebSession; until: number }>();

  /** @param now - Milliseconds; goes on while the computer sleeps. */
  constructor(private readonly now: () => number = Date.now) {}

  /** A token that is good once, for an hour. */
  issueToken(): string {
    const token = randomBytes(SECRET_BYTES).toString("base64url");
    this.tokens.set(hashOf(token), this.now() + TOKEN_MS);
    forgetOldest(this.tokens, MAX_TOKENS);
    return token;
  }

  /** Whether a token is good; it is not any more afterwards. */
  redeem(token: string): boolean {
    const hash = hashOf(token);
    const until = this.tokens.get(hash);
    this.tokens.delete(hash);
    return until !== undefined && this.now() < until;
  }

  /** @returns What its cookie holds. */
  begin(session: WebSession): string {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    this.sessions.set(hashOf(secret), { session, until: this.now() + IDLE_MS });
    forgetOldest(this.sessions, MAX_SESSIONS);
    return secret;
  }

  /** Whose it is; nothing where there is no such session, or not any more. */
  of(secret: string | undefined): WebSession | undefined {
    if (secret === undefined) return undefined;
    const hash = hashOf(secret);
    const known = this.sessions.get(hash);
    this.sessions.delete(hash);
    if (known === undefined || this.now() >= known.until) return undefined;
    known.until = this.now() + IDLE_MS;
    this.sessions.set(hash, known);
    return known.session;
  }

  end(secret: string): void {
    this.sessions.delete(hashOf(secret));
  }
}

/** A secret is as long and as random as its hash: how long a look-up takes tells nothing of it. */
function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
