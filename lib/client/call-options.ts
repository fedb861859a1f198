/** How one call, or all calls of a client, are waited for. */
export interface CallOptions {
  /** Milliseconds; null waits for ever once the device is connected. Default: what the device says of the member. */
  readonly timeoutMs?: number | null;
  /** Gives the call up when it aborts. */
  readonly signal?: AbortSignal;
}
