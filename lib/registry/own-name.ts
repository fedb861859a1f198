import { RegistryUnsupportedError } from "../errors";
import { Backoff } from "../time/backoff";
import { type RegistryClient } from "./registry-client";
import { DEFAULT_ALIVE_TIMEOUT_MS } from "./registry-request";

/**
 * An original does not tell whether a name is free. To ask it for one is to register anew, of which it tells everybody,
 * so it is asked when a holder that is gone has been pruned, and then ever more rarely.
 */
const ASK_ORIGINAL = {
  firstMs: DEFAULT_ALIVE_TIMEOUT_MS * 1.25,
  longestMs: 10 * 60_000,
  jitter: [1, 1.2],
} as const;

/** The name that a device was given by its owner, while a registry has given it another. */
export class OwnName {
  private readonly backoff = new Backoff(ASK_ORIGINAL);
  /** When an original is asked next, on the clock of `performance.now()`; nothing before one was met. */
  private askOriginalAt: number | undefined;

  /** @param name - Empty where the registry may give any. */
  constructor(
    readonly name: string,
    private readonly client: RegistryClient,
  ) {}

  /**
   * Whether the device may have its own name now. Does not throw: whoever cannot be asked is asked the next time.
   *
   * @param accepted - The name that it goes by.
   */
  async isToBeAskedFor(accepted: string, signal: AbortSignal): Promise<boolean> {
    if (this.name === "" || this.name === accepted) {
      this.askOriginalAt = undefined;
      this.backoff.reset();
      return false;
    }
    if (this.askOriginalAt !== undefined) return this.isOriginalsTurn(this.askOriginalAt);
    try {
      return (await this.client.list({ name: this.name }, { signal })).length === 0;
    } catch (error) {
      if (error instanceof RegistryUnsupportedError)
        this.askOriginalAt = performance.now() + this.backoff.next();
      return false;
    }
  }

  private isOriginalsTurn(at: number): boolean {
    if (performance.now() < at) return false;
    this.askOriginalAt = performance.now() + this.backoff.next();
    return true;
  }
}
