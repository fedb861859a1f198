import { type TraceContext } from "../wire/trace-context";
import { type CallOptions } from "./call-options";

/** The device that a client asks, as far as it is known when it is looked at: more, once it is connected. */
export interface RequestTarget {
  /** What errors call the device. */
  readonly device: string;
  /** Its service type; nothing where neither a contract nor the device says it. */
  readonly service: string | undefined;
  /** The address that it was last connected by. */
  readonly url: string | undefined;
}

/** A request to a device, as interceptors see it. */
export interface ClientRequest {
  /** A call of a method, or a property that is read or set. */
  readonly kind: "call" | "get" | "set";
  /** What errors call the device. */
  readonly device: string;
  /** The member's name in TypeScript. */
  readonly member: string;
  /** The arguments of a call; the value of a set as the only one; none of a get. */
  readonly args: readonly unknown[];
  /** The arguments of a call that are given by name beside these. Default: none. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** How long the caller waits, and what ends the wait early. */
  readonly options: CallOptions;
  readonly target: RequestTarget;
  /** Travels with the request, where an interceptor sets it: where it stands in a trace. Default: nothing travels. */
  readonly trace?: TraceContext;
}

/** Sends a request and gives its result. Never call it twice for one request: a command happens at most once. */
export type ClientHandler = (request: ClientRequest) => Promise<unknown>;

/**
 * Stands around every request of a client: may look at it, change its arguments or options, refuse it by throwing, or
 * look at its result.
 *
 * ```ts
 * const logged: ClientInterceptor = (next) => async (request) => {
 *   console.log(request.device, request.member, ...request.args);
 *   return next(request);
 * };
 * ```
 */
export type ClientInterceptor = (next: ClientHandler) => ClientHandler;

/** The users' interceptors around the sending of requests, the first outermost. */
export function interceptedBy(
  interceptors: readonly ClientInterceptor[],
  send: ClientHandler,
): ClientHandler {
  return interceptors.reduceRight<ClientHandler>((next, interceptor) => interceptor(next), send);
}
