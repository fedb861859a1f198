import { ContractError } from "../errors";
import { type RequestContext } from "./request-context";

/** What a method, a getter or a setter that is called remotely knows of the call. */
export interface CallContext extends RequestContext {
  /** The name on the wire of the method that is called, or of the property that is read or set. */
  readonly method: string;
}

let running: CallContext | undefined;

/** Where a method, a getter or a setter asks who calls it. */
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

/** Runs the synchronous beginning of a call with its context. */
export function withContext<T>(context: CallContext, run: () => T): T {
  const outer = running;
  running = context;
  try {
    return run();
  } finally {
    running = outer;
  }
}
