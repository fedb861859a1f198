import { type IdleTimeout } from "../contract/records";

/** How one call, or all calls of a client, are waited for. */
export interface CallOptions {
  /**
   * Milliseconds; null waits for ever once the device is connected. `{ idle: ms }` is how long is waited without
   * progress: each renews the time, which is that of the whole call where the member tells none. Default: what the device
   * says of the member.
   */
  readonly timeoutMs?: number | IdleTimeout | null;
  /** Gives the call up when it aborts. */
  readonly signal?: AbortSignal;
  /** Whether methods that tell progress are asked for it. Default true. */
  readonly progress?: boolean;
}
