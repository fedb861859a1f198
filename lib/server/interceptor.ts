import { AsyncResource } from "node:async_hooks";
import { type ServiceContract } from "../contract/service-contract";
import { type TraceContext } from "../wire/trace-context";
import { type Link } from "./pipeline";
import { deviceFailure, errorOf, type Failure, refusal } from "../wire/failures";
import { type RequestContext } from "./request-context";
import { RigwireError } from "../errors";
import { ServedRequest } from "./served-request";

/** The server that a request came to. */
export interface RequestedServer {
  /** The device's name; empty until it has one. */
  readonly name: string;
  /** The first of the addresses at which it is served. */
  readonly url: string;
  readonly contract: ServiceContract;
}

/** A request for a member of a device, as interceptors see it. */
export interface ServiceRequest {
  /** A call of a method, or a property that is read or set. */
  readonly kind: "call" | "get" | "set";
  /** The member's name in the device's class. */
  readonly member: string;
  /** The arguments of a call as they came; the value of a set as the only one; none of a get. */
  readonly args: readonly unknown[];
  readonly context: RequestContext;
  readonly server: RequestedServer;
  /** Where the request stands in a trace, as its client says; nothing where it says nothing. */
  readonly trace: TraceContext | undefined;
}

/** Carries a request out, and gives its result: what the method returned, the value of the property. */
export type ServiceHandler = (request: ServiceRequest) => Promise<unknown>;

/**
 * Stands around every request of a device: may look at it, refuse it by throwing, or look at its result. The method
 * waits for its turn within `next`, and runs in the asynchronous context in which `next` was called: what an
 * `AsyncLocalStorage` holds there, it holds in the method, across its awaits.
 *
 * ```ts
 * const timed: ServerInterceptor = (next) => async (request) => {
 *   const from = performance.now();
 *   try {
 *     return await next(request);
 *   } finally {
 *     console.log(request.member, performance.now() - from, "ms");
 *   }
 * };
 * ```
 */
export type ServerInterceptor = (next: ServiceHandler) => ServiceHandler;

/**
 * A request that was refused or failed within the chain, as its interceptors see it: with the name and the stack of what
 * the device threw; where it was refused, with the name of what its caller gets.
 */
class RequestFailure extends Error {
  override readonly name: string;

  constructor(readonly failure: Failure) {
    super(failure.error);
    const { errorName, traceback } = failure;
    this.name = errorName ?? errorOf(failure, {}).name;
    if (traceback !== undefined && traceback !== "") this.stack = traceback;
  }
}

/**
 * The users' interceptors as one link; the first stands outermost.
 *
 * @param server - What they are told of the server.
 */
export function interceptorLink(interceptors: readonly ServerInterceptor[], server: RequestedServer): Link {
  return (next) => {
    const carryOut: ServiceHandler = ({ context }) => {
      if (!isServed(context)) {
        throw new Error("an interceptor must pass on the context that it was given");
      }
      return new Promise((resolve, reject) => {
        context.scope = new AsyncResource("RIGWIRE_REQUEST");
        context.outcome = { succeed: resolve, fail: (failure) => reject(new RequestFailure(failure)) };
        next(context);
      });
    };
    const chain = interceptors.reduceRight<ServiceHandler>((inner, outer) => outer(inner), carryOut);
    return (request) => void intercept(chain, request, server);
  };
}

function isServed(context: RequestContext): context is ServedRequest {
  return context instanceof ServedRequest;
}

async function intercept(
  chain: ServiceHandler,
  request: ServedRequest,
  server: RequestedServer,
): Promise<void> {
  try {
    request.replyWith(await chain(viewOf(request, server)));
  } catch (error) {
    request.replyWithFailure(failureOf(error));
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof RequestFailure) return error.failure;
  return error instanceof RigwireError ? refusal(error) : deviceFailure(error);
}

function viewOf(served: ServedRequest, server: RequestedServer): ServiceRequest {
  const { request, contract } = served;
  const around = { member: contract.member, context: served, server, trace: request.trace };
  switch (request.event) {
    case "METHOD_CALL":
      return { kind: "call", args: request.args, ...around };
    case "PROPERTY_GET":
      return { kind: "get", args: [], ...around };
    case "PROPERTY_SET":
      return { kind: "set", args: [request.value], ...around };
  }
}
