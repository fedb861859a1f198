import {
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  trace,
} from "@opentelemetry/api";
import { type TraceContext } from "../wire/trace-context";

const VERSION = "00";

/** `TRACE-SPAN-FLAGS` of a checked `traceparent`. */
const PARTS = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** What a request says of the span that it is sent in; nothing where there is no trace. */
export function traceContextOf(span: Span): TraceContext | undefined {
  const spanContext = span.spanContext();
  if (!isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = spanContext;
  const flags = traceFlags.toString(16).padStart(2, "0");
  const tracestate = traceState?.serialize();
  return {
    traceparent: `${VERSION}-${traceId}-${spanId}-${flags}`,
    ...(tracestate !== undefined && tracestate !== "" && { tracestate }),
  };
}

/** The context that a request comes from: a trace of its own begins where it says nothing. */
export function contextOf(told: TraceContext | undefined): Context {
  const [, traceId, spanId, flags] = PARTS.exec(told?.traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceState = told?.tracestate === undefined ? undefined : createTraceState(told.tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
    ...(traceState !== undefined && { traceState }),
  });
}
