import { createHash, randomBytes } from "node:crypto";
import { type KnownToken } from "../../security/token-file";

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
  /** What it was begun with; nothing for a password or a link. */
  readonly token?: KnownToken;
}

interface KeptSession {
  readonly session: WebSession;
  /** It ends then, unless it is used. */
  until: number;
}

/** What lets browsers in: tokens that are good once, and the sessions that they are exchanged for. Kept as hashes. */
export class Sessions {
  private readonly tokens = new Map<string, number>();
  private readonly sessions = new Map<string, KeptSession>();

  /**
   * @param isUsed - Whether connections of a session are open: then it does not end by itself.
   * @param onEnded - Called for each session that has ended.
   * @param now - Milliseconds; goes on while the computer sleeps.
   */
  constructor(
    private readonly isUsed: (session: WebSession) => boolean = () => false,
    private readonly onEnded: (session: WebSession) => void = () => undefined,
    private readonly now: () => number = Date.now,
  ) {}

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
    const forgotten = forgetOldest(this.sessions, MAX_SESSIONS);
    if (forgotten !== undefined) this.onEnded(forgotten.session);
    return secret;
  }

  /** Whose it is; nothing where there is no such session, or not any more. */
  of(secret: string | undefined): WebSession | undefined {
    if (secret === undefined) return undefined;
    const hash = hashOf(secret);
    const known = this.sessions.get(hash);
    this.sessions.delete(hash);
    if (known === undefined) return undefined;
    if (this.now() >= known.until && !this.isUsed(known.session)) {
      this.onEnded(known.session);
      return undefined;
    }
    known.until = this.now() + IDLE_MS;
    this.sessions.set(hash, known);
    return known.session;
  }

  /** It is used no more from now on. */
  touch(session: WebSession): void {
    for (const known of this.sessions.values()) {
      if (known.session === session) known.until = this.now() + IDLE_MS;
    }
  }

  /** Ends the session that a cookie stands for. */
  end(secret: string): void {
    const hash = hashOf(secret);
    const known = this.sessions.get(hash);
    if (known === undefined) return;
    this.sessions.delete(hash);
    this.onEnded(known.session);
  }

  /** Ends the sessions that were begun with a token. */
  endOf(token: KnownToken): void {
    for (const [hash, { session }] of this.sessions) {
      if (session.token?.name !== token.name || session.token.hash !== token.hash) continue;
      this.sessions.delete(hash);
      this.onEnded(session);
    }
  }
}

/** A secret is as long and as random as its hash: how long a look-up takes tells nothing of it. */
function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** @returns What was forgotten. */
function forgetOldest<T>(map: Map<string, T>, most: number): T | undefined {
  const [oldest] = map;
  if (map.size <= most || oldest === undefined) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}
