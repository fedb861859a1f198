import { type Observable } from "rxjs";
import { clientOf, type Remote } from "rigwire";

/**
 * Counts what a client hears of a signal, and what it is told to have missed.
 *
 * @returns The counts so far.
 */
export function signalAccount(
  remote: Remote<object>,
  signal: Observable<unknown>,
): () => { readonly heard: number; readonly missed: number } {
  let heard = 0;
  let missed = 0;
  clientOf(remote).missed$.subscribe(({ count }) => (missed += count));
  signal.subscribe(() => (heard += 1));
  return () => ({ heard, missed });
}
