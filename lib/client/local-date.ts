/** How far the time of day and the monotonic clock may part before the former was set, in milliseconds. */
const SET_BY_MS = 5;

/** A `Date` has whole milliseconds, and so has the time of day that its clock is read by. */
export const DATE_UNCERTAINTY_MS = 1;

let wallAhead = performance.timeOrigin;

/**
 * A moment of `performance.now()` as the time of day that this computer has now: exact to
 * {@link DATE_UNCERTAINTY_MS}, and in the same order as the moments.
 */
export function dateAt(moment: number): Date {
  const ahead = Date.now() - performance.now();
  // What is read between two milliseconds is the lower one.
  if (Math.abs(ahead + 0.5 - wallAhead) > SET_BY_MS) wallAhead = ahead + 0.5;
  return new Date(Math.round(wallAhead + moment));
}

/** The moment that such a date stands for. */
export function momentOfDate(date: Date): number {
  return date.getTime() - wallAhead;
}
