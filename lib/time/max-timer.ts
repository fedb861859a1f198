/** What a timer can hold, in milliseconds; a longer wait is armed again when it is over. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
