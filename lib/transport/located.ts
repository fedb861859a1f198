/** Who the peer at an address says that it is. */
export interface PeerIdentity {
  /** Empty where it has none. */
  readonly name: string;
  /** The service type; nothing where the peer does not say, as the originals. */
  readonly type: string | undefined;
}

/** An address that was found, and who is to be there. */
export interface Located {
  readonly url: string;
  /**
   * Gets who is there, before anything else is asked of it. Left out: whoever is there is meant.
   *
   * @throws DeviceUnavailableError with both names if another was looked for.
   */
  readonly verify?: (identity: PeerIdentity) => void;
}

/** What a search found, where it may be an address alone. */
export function located(found: string | Located): Located {
  return typeof found === "string" ? { url: found } : found;
}
