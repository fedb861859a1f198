import { type ClientIdentity } from "../transport/endpoint";

/** Who asks a device, since when, until when, and whether they still want it. */
export interface RequestContext {
  /** Who asks: the same `id` for as long as it is connected. */
  readonly client: ClientIdentity;
  /**
   * Aborts when the caller gave up, a moment after its deadline passed (100 ms: the caller's own end comes first), or
   * when the server closes before the request is done.
   */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, on the clock of `performance.now()`, in milliseconds; nothing for never. */
  readonly deadline: number | undefined;
  /** When the request arrived, on the same clock. */
  readonly receivedAt: number;
}
