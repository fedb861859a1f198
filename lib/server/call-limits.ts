import { type Lane, laneOf } from "../contract/lane";
import { failed } from "../wire/failures";
import { type ActiveRequests } from "./active-requests";
import { type Link } from "./pipeline";

/** Calls of one client that may wait or run at the same time, unless told otherwise. */
const DEFAULT_MAX_CALLS_PER_CLIENT = 4_096;

/** Calls of all clients of one device, unless told otherwise. */
const DEFAULT_MAX_CALLS = 65_536;

export interface CallLimits {
  /**
   * Calls of one client that wait or run; one more gets a `BusyError` at once. Methods that are `concurrent`, and those
   * that interrupt, have as much room of their own. Default 4,096.
   */
  readonly maxCallsPerClient?: number;
  /** Calls of all clients that wait or run, with room for each kind of its own as well. Default 65,536. */
  readonly maxCalls?: number;
}

/** Refuses calls of methods beyond what may wait or run at the same time. */
export function callLimitLink(active: ActiveRequests, limits: CallLimits): Link {
  const { maxCalls = DEFAULT_MAX_CALLS, maxCallsPerClient = DEFAULT_MAX_CALLS_PER_CLIENT } = limits;
  const refusalFor = (client: string, lane: Lane): string | undefined => {
    if (active.countIn(lane) >= maxCalls) return `the device has ${maxCalls} calls waiting (maxCalls)`;
    return active.countOf(client, lane) >= maxCallsPerClient
      ? `this client has ${maxCallsPerClient} calls waiting (maxCallsPerClient)`
      : undefined;
  };
  return (next) => (request) => {
    const { contract, connection } = request;
    const busy = contract.kind === "method" ? refusalFor(connection.id, laneOf(contract)) : undefined;
    if (busy === undefined) next(request);
    else request.fail(failed(`${request.method} was not started: ${busy}`, "busy"));
  };
}
