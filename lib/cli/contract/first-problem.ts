import { setImmediate } from "node:timers/promises";
import { filter, firstValueFrom, map, merge, NEVER, type Observable } from "rxjs";
import { AuthenticationError, CallAbortedError, DeviceUnavailableError } from "../../errors";
import { atTerminal } from "../keys/key-problems";

/** Where a client of a device or of a registry stands. */
interface ConnectionState {
  readonly kind: string;
  readonly problem?: string | undefined;
}

/**
 * What a question brings, or the reason why the first attempt to connect failed: a person at a terminal can try again.
 *
 * @param ask - Asks; the question is given up when the connection has failed.
 * @param state$ - How the connection stands.
 * @param place - What is to be reached, for the error.
 * @throws DeviceUnavailableError with the reason, and what the question throws: AuthenticationError for one.
 */
export async function orFirstProblem<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  state$: Observable<ConnectionState>,
  place: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  const giveUp = new AbortController();
  const problem = firstValueFrom(
    merge(state$, NEVER).pipe(
      map((state) => (state.kind === "connecting" ? state.problem : undefined)),
      filter((text) => text !== undefined),
    ),
  ).then(async (text) => {
    // A question that is refused for its keys fails in the same moment, and says more.
    await setImmediate();
    throw new DeviceUnavailableError(`${place} is not reachable: ${text}`);
  });
  const answer = ask(signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]));
  try {
    return await Promise.race([answer, problem]);
  } catch (error) {
    if (error instanceof AuthenticationError) throw atTerminal(error, place);
    if (error instanceof CallAbortedError)
      throw new CallAbortedError(`stopped before ${place} answered; nothing was sent`);
    throw error;
  } finally {
    giveUp.abort();
    answer.catch(() => undefined);
    problem.catch(() => undefined);
  }
}
