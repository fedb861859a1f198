import { type Link } from "./pipeline";
import { deviceFailure, type Failure, refusal } from "../wire/failures";
import { type RequestContext } from "./request-context";
import { RigwireError } from "../errors";
import { ServedRequest } from "./served-request";

/** A request for a member of a device, as interceptors see it. */
export interface ServiceRequest {
  /** A call of a method, or a property that is read or set. */
  readonly kind: "call" | "get" | "set";
  /** The member's name in the device's class. */
  readonly member: string;
  /** The arguments of a call as they came; the value of a set as the only one; none of a get. */
  readonly args: readonly unknown[];
  readonly context: RequestContext;
}

/** Carries a request out, and gives its result: what the method returned, the value of the property. */
export type ServiceHandler = (request: ServiceRequest) => Promise<unknown>;

/**
 * Stands around every request of a device: may look at it, refuse it by throwing, or look at its result. The method
 * waits for its turn within `next`.
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

/** A request that was refused or failed within the chain, as its interceptors see it. */
class RequestFailure extends Error {
  override readonly name = "RequestFailure";

  constructor(readonly failure: Failure) {
    super(failure.error);
  }
}

/** The users' interceptors as one link; the first stands outermost. */
export function interceptorLink(interceptors: readonly ServerInterceptor[]): Link {
  return (next) => {
    const carryOut: ServiceHandler = ({ context }) => {
      if (!isServed(context)) {
        throw new Error("an interceptor must pass on the context that it was given");
      }
      return new Promise((resolve, reject) => {
        context.outcome = { succeed: resolve, fail: (failure) => reject(new RequestFailure(failure)) };
        next(context);
      });
    };
    const chain = interceptors.reduceRight<ServiceHandler>((inner, outer) => outer(inner), carryOut);
    return (request) => void intercept(chain, request);
  };
}

function isServed(context: RequestContext): context is ServedRequest {
  return context instanceof ServedRequest;
}

async function intercept(chain: ServiceHandler, request: ServedRequest): Promise<void> {
  try {
    request.replyWith(await chain(viewOf(request)));
  } catch (error) {
    request.replyWithFailure(failureOf(error));
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof RequestFailure) return error.failure;
  return error instanceof RigwireError ? refusal(error) : deviceFailure(error);
}

function viewOf(served: ServedRequest): ServiceRequest {
  const { request, contract } = served;
  const { member } = contract;
  switch (request.event) {
    case "METHOD_CALL":
      return { kind: "call", member, args: request.args, context: served };
    case "PROPERTY_GET":
      return { kind: "get", member, args: [], context: served };
    case "PROPERTY_SET":
      return { kind: "set", member, args: [request.value], context: served };
  }
}
