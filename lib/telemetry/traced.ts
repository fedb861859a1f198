import {
  type Attributes,
  context,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";
import { type ClientHandler, type ClientRequest } from "../client/interceptor";
import { messageOf } from "../errors";
import { type ServiceHandler, type ServiceRequest } from "../server/interceptor";
import { VERSION } from "../version";
import { serverAddress } from "./server-address";
import { contextOf, traceContextOf } from "./trace-headers";

/** How requests are traced. */
export interface TracedOptions {
  /** Where spans go. Default: the provider that the process has registered with OpenTelemetry. */
  readonly tracerProvider?: TracerProvider;
}

/** An interceptor for both sides. */
export interface TracingInterceptor {
  (next: ClientHandler): ClientHandler;
  (next: ServiceHandler): ServiceHandler;
}

/**
 * Makes a span of every call, `get` and `set`, on the client and on the server, in one trace: the client's span travels
 * with the request (W3C Trace Context), and the server's becomes its child. Spans that a method makes are children of
 * the server's, also after its awaits, where the process has a context manager.
 *
 * ```ts
 * await serve(new Stage(), { interceptors: [traced()] });
 * const stage = connect(Stage, url, { interceptors: [traced()] });
 * ```
 *
 * Names and attributes follow OpenTelemetry's conventions for RPC. A request that fails or is given up sets the span's
 * status to `ERROR`, and `error.type` to the class of the error: the device's own, where that threw.
 */
export function traced({ tracerProvider = trace }: TracedOptions = {}): TracingInterceptor {
  const tracer = tracerProvider.getTracer("rigwire", VERSION);
  return (next: (request: never) => Promise<unknown>) => (request: ClientRequest | ServiceRequest) =>
    "context" in request
      ? serveTraced(tracer, next as ServiceHandler, request)
      : sendTraced(tracer, next as ClientHandler, request);
}

function sendTraced(tracer: Tracer, next: ClientHandler, request: ClientRequest): Promise<unknown> {
  const { target } = request;
  const method = methodName(request);
  const span = tracer.startSpan(spanName(target.service, method), {
    kind: SpanKind.CLIENT,
    attributes: rpcAttributes(target.service, method, target.url),
  });
  const told = traceContextOf(span);
  return within(trace.setSpan(context.active(), span), span, async () => {
    try {
      return await next(told === undefined ? request : { ...request, trace: told });
    } finally {
      // By now it is known better.
      span.setAttributes({ "rigwire.device": target.device, ...serverAddress(target.url) });
    }
  });
}

function serveTraced(tracer: Tracer, next: ServiceHandler, request: ServiceRequest): Promise<unknown> {
  const { server } = request;
  const { address } = request.context.client;
  const service = server.contract.type;
  const method = methodName(request);
  // Whatever is active here belongs to the socket, or to another request.
  const caller = contextOf(request.trace);
  const attributes: Attributes = {
    ...rpcAttributes(service, method, server.url),
    ...(server.name !== "" && { "rigwire.device": server.name }),
    ...(address !== undefined && { "client.address": address }),
  };
  const span = tracer.startSpan(spanName(service, method), { kind: SpanKind.SERVER, attributes }, caller);
  return within(trace.setSpan(caller, span), span, () => next(request));
}

/** Runs a request in its span, which ends with it. */
async function within(active: Context, span: Span, run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await context.with(active, run);
  } catch (error) {
    fail(span, error);
    throw error;
  } finally {
    span.end();
  }
}

function fail(span: Span, error: unknown): void {
  const message = messageOf(error);
  span.setAttribute("error.type", errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException(error instanceof Error ? error : message);
}

/** The class of the error, of the device's own where that threw; `_OTHER` as the conventions have it. */
function errorType(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  return "remoteName" in error && typeof error.remoteName === "string" ? error.remoteName : error.name;
}

/** A property is read and set as its remote does it. */
function methodName({ kind, member }: ClientRequest | ServiceRequest): string {
  return kind === "call" ? member : `${member}.${kind}`;
}

function spanName(service: string | undefined, method: string): string {
  return service === undefined ? method : `${service}/${method}`;
}

function rpcAttributes(service: string | undefined, method: string, url: string | undefined): Attributes {
  return {
    "rpc.system": "rigwire",
    ...(service !== undefined && { "rpc.service": service }),
    "rpc.method": method,
    ...serverAddress(url),
  };
}
