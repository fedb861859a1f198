/** A process tells so often that it is there, in milliseconds, give or take a part that is left to chance. */
export const ALIVE_EVERY_MS = 1_500;

/** A process that says nothing for this long is lost with its devices, in milliseconds: two of its messages are missing. */
export const LOST_AFTER_MS = 4_000;

/** Who watches looks this often for who has fallen silent, in milliseconds. */
export const LOOK_EVERY_MS = 250;
