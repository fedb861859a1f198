/**
 * The place of a request in a trace, in the form of W3C Trace Context
 * (https://www.w3.org/TR/trace-context/). An addition: originals ignore it.
 */
export interface TraceContext {
  /** `VERSION-TRACE-SPAN-FLAGS` in lower-case hex, such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`. */
  readonly traceparent: string;
  /** What tracing systems add of their own: printable ASCII, at most 512 characters. */
  readonly tracestate?: string | undefined;
}

/** What a list of a tracing system must at least be able to hold (W3C Trace Context, 3.3.1.5). */
const MAX_TRACESTATE_LENGTH = 512;

/** Version 00. A later one may have more behind it: this much is read of it (W3C Trace Context, 4.3). */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACEPARENT_LENGTH = 55;
const MAX_TRACEPARENT_LENGTH = 256;
const TRACESTATE = new RegExp(`^[\\x20-\\x7e]{1,${MAX_TRACESTATE_LENGTH}}$`);

/**
 * Reads the place of a request in a trace, which anyone may have sent. What is none counts as absent: it must not keep
 * a command from being carried out.
 */
export function decodeTraceContext({
  traceparent,
  tracestate,
}: Readonly<Record<string, unknown>>): TraceContext | undefined {
  const parent = readTraceparent(traceparent);
  if (parent === undefined) return undefined;
  const isState = typeof tracestate === "string" && TRACESTATE.test(tracestate);
  return isState ? { traceparent: parent, tracestate } : { traceparent: parent };
}

function readTraceparent(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > MAX_TRACEPARENT_LENGTH) return undefined;
  const isLater = !value.startsWith("00") && value[TRACEPARENT_LENGTH] === "-";
  const known = isLater ? value.slice(0, TRACEPARENT_LENGTH) : value;
  return TRACEPARENT.test(known) ? known : undefined;
}

/** The same as keys at the end of a JSON object that has some: `,"traceparent":"…"`. */
export function encodeTraceContext({ traceparent, tracestate }: TraceContext): string {
  const state = tracestate === undefined ? "" : `,"tracestate":${JSON.stringify(tracestate)}`;
  return `,"traceparent":${JSON.stringify(traceparent)}${state}`;
}
