/**
 * What a timer can hold, in milliseconds: 24.8 days. A longer wait would end at once; who needs one arms a timer again
 * when this is over.
 */
export const MAX_TIMER_MS = 2 ** 31 - 1;
