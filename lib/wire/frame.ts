/** One part of a message; text is sent as UTF-8. */
export type Frame = string | Uint8Array;
