import { type IncomingMessage } from "node:http";
import { type KnownToken, type TokenFile } from "../../security/token-file";
import { type Admitted } from "./admitted";
import { type Password } from "./password";
import { Sessions, type WebSession } from "./sessions";

/**
 * So many wrong passwords and tokens are taken in a time, in milliseconds, from one address and from all together: who
 * guesses locks out himself first.
 */
const MAX_FAILURES_OF_ADDRESS = 10;
const MAX_FAILURES = 100;
const FAILURES_MS = 10_000;

interface Failure {
  readonly at: number;
  readonly address: string | undefined;
}

/** Who may come in, and by what. */
export interface LoginOptions {
  /** Whether everybody who can connect is let in. */
  readonly isOpen: boolean;
  readonly password: Password | undefined;
  readonly tokens: TokenFile | undefined;
  /** Whether browsers reach it with TLS. */
  readonly isSecure: boolean;
  /** Tells the cookies of the gateways of one computer apart. */
  readonly port: number;
  /** Whose connections are open. */
  readonly admitted: Admitted;
}

/** What became of a secret that somebody showed. */
export type LoginOutcome =
  { readonly kind: "in"; readonly cookie: string } | { readonly kind: "wrong" | "too many" };

/** Lets browsers in by a token that is good once, a password or a client's token, and knows them by a cookie. */
export class Login {
  private readonly sessions: Sessions;
  /** What is to be done when a session that was begun with a token has ended. */
  private readonly tokenLeaves = new Map<WebSession, () => void>();
  private readonly cookieName: string;
  private failures: Failure[] = [];

  constructor(private readonly options: LoginOptions) {
    const { isSecure, port, admitted } = options;
    this.sessions = new Sessions(
      (session) => admitted.has(session),
      (session) => this.ended(session),
    );
    // With this beginning a browser takes it over TLS only, and from this very host.
    this.cookieName = `${isSecure ? "__Host-" : ""}rigwire-${port}`;
  }

  /** Whether a password or a token lets browsers in. */
  get takesSecrets(): boolean {
    return this.options.password !== undefined || this.options.tokens !== undefined;
  }

  /** A token for an address, good once. */
  issueToken(): string {
    return this.sessions.issueToken();
  }

  /** Who asks; nothing where nobody is known by the cookie. */
  sessionOf({ headers }: IncomingMessage): WebSession | undefined {
    if (this.options.isOpen) return ANYBODY;
    return this.sessions.of(cookieIn(headers.cookie, this.cookieName));
  }

  /** Whether a browser shows a session, ours or none that is known. Who needs to log in to nothing shows none. */
  showsSession({ headers }: IncomingMessage): boolean {
    return !this.options.isOpen && cookieIn(headers.cookie, this.cookieName) !== undefined;
  }

  /** Whether a program is let in: by a session, or by a token that it shows each time (RFC 6750). */
  async admits(request: IncomingMessage): Promise<boolean> {
    if (this.sessionOf(request) !== undefined) return true;
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    if (token === undefined) return false;
    const attempt = this.attempt(request.socket.remoteAddress);
    if (attempt === undefined || (await this.options.tokens?.nameOf(token)) === undefined) return false;
    attempt.succeeded();
    return true;
  }

  /** @returns The cookie; nothing where the token is not good, or not any more. */
  redeem(token: string): string | undefined {
    return this.sessions.redeem(token) ? this.cookieFor({ name: "console" }) : undefined;
  }

  /**
   * A password or a token was given.
   *
   * @param address - Where it came from.
   */
  async logIn(secret: string, address: string | undefined): Promise<LoginOutcome> {
    const attempt = this.attempt(address);
    if (attempt === undefined) return { kind: "too many" };
    const { password, tokens } = this.options;
    const token = password?.is(secret) === true ? undefined : await tokens?.find(secret);
    if (token === undefined && password?.is(secret) !== true) return { kind: "wrong" };
    attempt.succeeded();
    if (token === undefined) return { kind: "in", cookie: this.cookieFor({ name: "console" }) };
    const session: WebSession = { name: token.name, token };
    const leave = this.options.admitted.byTokenOf(token, () => undefined);
    this.tokenLeaves.set(session, leave);
    return { kind: "in", cookie: this.cookieFor(session) };
  }

  /**
   * Somebody tries a secret.
   *
   * @returns Nothing where too many have failed.
   */
  private attempt(address: string | undefined): { succeeded(): void } | undefined {
    const now = performance.now();
    this.failures = this.failures.filter(({ at }) => now - at < FAILURES_MS);
    const ofAddress = this.failures.filter((failure) => failure.address === address).length;
    if (ofAddress >= MAX_FAILURES_OF_ADDRESS || this.failures.length >= MAX_FAILURES) return undefined;
    // Counted beforehand: many may be tried at the same time.
    const attempt: Failure = { at: now, address };
    this.failures.push(attempt);
    return {
      succeeded: () => void (this.failures = this.failures.filter((failure) => failure !== attempt)),
    };
  }

  /** @returns The cookie that takes a session back. */
  logOut({ headers }: IncomingMessage): string {
    const secret = cookieIn(headers.cookie, this.cookieName);
    if (secret !== undefined) this.sessions.end(secret);
    return `${this.cookie("")}; Max-Age=0`;
  }

  /** A token is known no more: the sessions that were begun with it end. */
  revoked(token: KnownToken): void {
    this.sessions.endOf(token);
  }

  /** The last connection of a session has ended: it is used no more from now on. */
  left(session: WebSession): void {
    this.sessions.touch(session);
  }

  private ended(session: WebSession): void {
    this.tokenLeaves.get(session)?.();
    this.tokenLeaves.delete(session);
    this.options.admitted.endSession(session);
  }

  private cookieFor(session: WebSession): string {
    return this.cookie(this.sessions.begin(session));
  }

  private cookie(value: string): string {
    const secure = this.options.isSecure ? "; Secure" : "";
    return `${this.cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  }
}

const ANYBODY: WebSession = { name: "console" };

function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return undefined;
}
