/** The largest message that is taken where the user sets no limit: a large camera frame, not a memory's worth. */
export const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
