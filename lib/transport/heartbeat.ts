/** How long a peer may be silent before it counts as lost, unless told otherwise, in milliseconds. */
export const DEFAULT_HEARTBEAT_MS = 5_000;
