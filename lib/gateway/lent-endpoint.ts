import { type Logger } from "../log/logger";
import { type EndpointOptions, type RequestHandler } from "../transport/endpoint";
import { DEFAULT_HEARTBEAT_MS } from "../transport/heartbeat";
import { type Doorkeeper } from "../transport/stream/admission";
import { type Arrival, StreamEndpoint } from "../transport/stream/stream-endpoint";

/** Lets nobody in by itself: each arrival brings its own doorkeeper. */
const closedDoor: Doorkeeper = {
  admit: () => Promise.resolve({ isAdmitted: false, refusal: "no-token" }),
};

/** An endpoint whose clients come by a path of somebody else's HTTP server. */
export interface LentEndpoint {
  readonly endpoint: StreamEndpoint;
  /** Somebody has connected. */
  arrive(arrival: Arrival): void;
}

/**
 * @param url - Where its clients connect, as people know it.
 */
export async function lentEndpoint(
  url: string,
  handler: RequestHandler,
  options: EndpointOptions,
  log: Logger,
): Promise<LentEndpoint> {
  let arrive: (arrival: Arrival) => void = () => undefined;
  const endpoint = await StreamEndpoint.open(
    {
      listen(onArrival) {
        arrive = onArrival;
        return Promise.resolve({ url, close: () => Promise.resolve() });
      },
      doorkeeper: closedDoor,
      heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
    },
    handler,
    options,
    log,
  );
  return { endpoint, arrive };
}
