import { ContractError } from "../errors";
import { type RequestContext } from "./request-context";

/** What a method, a getter or a setter that is called remotely knows of the call. */
export interface CallContext extends RequestContext {
  /** The name on the wire of the method that is called, or of the property that is read or set. */
  readonly method: string;
  /**
   * Tells the caller how far the method has come, where the caller wants to know; a method that is a generator yields
   * instead. What is not of the type that the method declares is logged, and not sent. Does nothing once the call has
   * ended.
   *
   * ```ts
   * const call = CallContext.current();
   * for (let at = 0; at < 10; at++) {
   *   await this.step();
   *   call.progress({ at, of: 10 });
   * }
   * ```
   *
   * @throws ContractError if the method declares none: `@JsonMethod({ progress: TYPE })`.
   */
  progress(value: unknown): void;
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
