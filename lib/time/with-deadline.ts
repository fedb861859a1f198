import { deferred } from "./deferred";
import { MAX_TIMER_MS } from "./max-timer";

/**
 * What a promise gives, or what is to happen instead where it takes too long.
 *
 * @param timeoutMs - Milliseconds; what is longer than {@link MAX_TIMER_MS} counts as that.
 * @param onLate - Gives the result, or throws, when the time is over; the work itself goes on unheeded.
 */
export function withDeadline<T, L>(work: PromiseLike<T>, timeoutMs: number, onLate: () => L): Promise<T | L> {
  const outcome = deferred<T | L>();
  const timer = setTimeout(
    () => {
      try {
        outcome.resolve(onLate());
      } catch (error) {
        outcome.reject(error);
      }
    },
    Math.min(timeoutMs, MAX_TIMER_MS),
  );
  work.then(
    (result) => {
      clearTimeout(timer);
      outcome.resolve(result);
    },
    (error: unknown) => {
      clearTimeout(timer);
      outcome.reject(error);
    },
  );
  return outcome.promise;
}
