import { decodeRequest, encodeRequest } from "../../lib/wire/requests";
import { decodeTraceContext } from "../../lib/wire/trace-context";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const PARENT = `00-${TRACE}-${SPAN}-01`;
const ZERO_TRACE = "0".repeat(32);
const ZERO_SPAN = "0".repeat(16);

describe("the place of a request in a trace", () => {
  it.each([
    { event: "METHOD_CALL" as const, method: "m", args: [], kwargs: {} },
    { event: "PROPERTY_GET" as const, property: "p" },
    { event: "PROPERTY_SET" as const, property: "p", value: 1 },
  ])("travels as two keys of $event", (request) => {
    const trace = { traceparent: PARENT, tracestate: "lab=42" };
    const text = encodeRequest({ ...request, trace });

    expect(JSON.parse(text)).toMatchObject({ traceparent: PARENT, tracestate: "lab=42" });
    expect(JSON.parse(text)).not.toHaveProperty("trace");
    expect(decodeRequest(Buffer.from(text))).toMatchObject({ ...request, trace });
    expect(encodeRequest(request)).not.toContain("trace");
  });

  it.each<[string, unknown]>([
    ["no text", 7],
    ["a version that is forbidden", `ff-${TRACE}-${SPAN}-01`],
    ["capitals", PARENT.toUpperCase()],
    ["no trace", `00-${ZERO_TRACE}-${SPAN}-01`],
    ["no span", `00-${TRACE}-${ZERO_SPAN}-01`],
    ["more than its version has", `${PARENT}-more`],
    ["too much", `01-${TRACE}-${SPAN}-01-${"x".repeat(300)}`],
    ["a line behind it", `${PARENT}\n`],
  ])("counts as absent where it has %s", (_what, traceparent) => {
    expect(decodeTraceContext({ traceparent, tracestate: "lab=42" })).toBeUndefined();
  });

  it("is read of later versions as far as it is known", () => {
    const known = `01-${TRACE}-${SPAN}-01`;

    expect(decodeTraceContext({ traceparent: `${known}-more` })).toEqual({ traceparent: known });
  });

  it.each<[string, unknown]>([
    ["long", "x".repeat(513)],
    ["no text", {}],
    ["unprintable", "lab=\u0007"],
    ["empty", ""],
  ])("has no tracestate where that is %s", (_what, tracestate) => {
    expect(decodeTraceContext({ traceparent: PARENT, tracestate })).toEqual({ traceparent: PARENT });
  });
});
