import { ContractError } from "../errors";

/** Who calls a method, until when, and whether they still want it. */
export interface CallContext {
  /**
   * Aborts when the caller gave up, a moment after its deadline passed (100 ms: the caller's own end comes first), or
   * when the server closes before the method is done.
   */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, on the clock of `performance.now()`, in milliseconds; nothing for never. */
  readonly deadline: number | undefined;
  /** Tells clients apart while they are connected; no address, no name. */
  readonly client: string;
  /** The method's name on the wire. */
  readonly method: string;
}

let running: CallContext | undefined;

/** Where a method asks who calls it. */
export const CallContext = {
  /**
   * The call that runs. To be asked at the beginning of a method, before its first `await`: later, another call may
   * be running.
   *
   * ```ts
   * const { signal } = CallContext.current();
   * ```
   *
   * @throws ContractError outside a call.
   */
  current(): CallContext {
    if (running !== undefined) return running;
    throw new ContractError(
      "no call is running: ask for CallContext.current() in a method that is called remotely, before its first await",
    );
  },
};

/** Runs the synchronous beginning of a method with its context. */
export function withContext<T>(context: CallContext, run: () => T): T {
  const outer = running;
  running = context;
  try {
    return run();
  } finally {
    running = outer;
  }
}
