import { platform } from "../../platform/current";
import { type Timer } from "../../platform/platform";
import { type KnownToken, type TokenFile } from "../../security/token-file";

/** How often it is looked whether the tokens are known still by which somebody is here, in milliseconds. */
const LOOK_EVERY_MS = 500;

/** A file that is being written may lack what it will have: a token is gone that was so often not in it. */
const MISSES = 2;

/** Ends a connection, and tells why. */
export type Expel = (reason: string) => void;

interface Holder {
  readonly token: KnownToken;
  misses: number;
  readonly expels: Set<Expel>;
}

/** Whose connections are open by what let them in: a session, or a token. They end with it. */
export class Admitted {
  private readonly bySession = new Map<object, Set<Expel>>();
  private readonly byToken = new Map<string, Holder>();
  private timer: Timer | undefined;
  private isLooking = false;

  /**
   * @param onRevoked - A token is known no more by which somebody was let in.
   */
  constructor(
    private readonly tokens: TokenFile | undefined,
    private readonly onRevoked: (token: KnownToken) => void,
  ) {}

  /** Whether connections of a session are open. */
  has(session: object): boolean {
    return this.bySession.has(session);
  }

  /** A connection of a session is open. @returns Says that it is no more; whether it was the last. */
  bySessionOf(session: object, expel: Expel): () => boolean {
    const expels = this.bySession.get(session) ?? new Set();
    this.bySession.set(session, expels.add(expel));
    return () => {
      expels.delete(expel);
      if (expels.size > 0 || this.bySession.get(session) !== expels) return false;
      return this.bySession.delete(session);
    };
  }

  /** A connection, or a session, is there by a token. @returns Says that it is no more. */
  byTokenOf(token: KnownToken, expel: Expel): () => void {
    const key = `${token.name} ${token.hash}`;
    const holder = this.byToken.get(key) ?? { token, misses: 0, expels: new Set() };
    this.byToken.set(key, holder);
    holder.expels.add(expel);
    this.timer ??= this.watch();
    return () => {
      holder.expels.delete(expel);
      if (holder.expels.size === 0 && this.byToken.get(key) === holder) this.byToken.delete(key);
      if (this.byToken.size === 0) this.close();
    };
  }

  /** Ends the connections of a session. */
  endSession(session: object): void {
    const expels = this.bySession.get(session);
    this.bySession.delete(session);
    for (const expel of expels ?? []) expel("the session has ended: log in again");
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private watch(): Timer {
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    platform().unref(timer);
    return timer;
  }

  private async look(): Promise<void> {
    if (this.isLooking || this.tokens === undefined) return;
    this.isLooking = true;
    for (const [key, holder] of [...this.byToken]) {
      holder.misses = (await this.tokens.has(holder.token)) ? 0 : holder.misses + 1;
      if (holder.misses < MISSES || this.byToken.get(key) !== holder) continue;
      this.byToken.delete(key);
      this.onRevoked(holder.token);
      for (const expel of holder.expels) expel("its token is known no more: log in again");
    }
    this.isLooking = false;
    if (this.byToken.size === 0) this.close();
  }
}
