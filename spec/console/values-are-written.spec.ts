import { controlOf } from "../../lib/console/controls/control";
import { draftOf, readDraft } from "../../lib/console/controls/draft";

const DEFINITIONS = {
  Scan: {
    type: "object",
    properties: { views: { type: "integer", minimum: 1, maximum: 360 }, note: { type: "string" } },
    required: ["views"],
  },
  Loop: { type: "object", properties: { next: { $ref: "#/$defs/Loop" } } },
};

describe("what a person writes into a control", () => {
  it.each([
    [{ type: "number", "x-unit": "mm", minimum: 1 }, "0.5", { problem: "at least 1 mm" }],
    [{ type: "number", maximum: 5 }, "6", { problem: "at most 5" }],
    [{ type: "number" }, "1e3", { value: 1_000 }],
    [{ type: "number" }, "one", { problem: "this is no number" }],
    [{ type: "number" }, "", { problem: "give a value" }],
    [{ type: "integer" }, "1.5", { problem: "give a whole number" }],
    [{ type: "integer" }, "9007199254740993", { problem: "this number is too large to be exact" }],
    [{ type: ["number", "null"] }, "", { value: null }],
    [{ type: "string" }, "", { value: "" }],
    [{ type: "string", minLength: 2 }, "a", { problem: "at least 2 characters" }],
    [{ enum: ["slow", "fast"] }, "1", { value: "fast" }],
    [{ enum: [1, 2, null] }, "", { value: null }],
    [{}, '{"a": [1]}', { value: { a: [1] } }],
  ])("%j with %j is %j", (schema, written, read) => {
    expect(readDraft(controlOf(schema), written)).toEqual(read);
  });

  it("is nothing where it may be left out", () => {
    expect(readDraft(controlOf({ type: "number" }), "", true)).toEqual({ value: undefined });
  });

  it("is an object of a class, without what was left out", () => {
    const control = controlOf({ $ref: "#/$defs/Scan" }, DEFINITIONS);

    expect(readDraft(control, { views: "12", note: "" })).toEqual({ value: { views: 12 } });
    expect(readDraft(control, { views: "0", note: "" })).toEqual({ problem: "views: at least 1" });
  });

  it("is a list of fixed length, each by the rules of its place", () => {
    const side = { type: "integer", minimum: 1 };
    const control = controlOf({ type: "array", prefixItems: [side, side] });

    expect(readDraft(control, ["1080", "1920"])).toEqual({ value: [1_080, 1_920] });
    expect(readDraft(control, ["1080", "0"])).toEqual({ problem: "2: at least 1" });
  });
});

describe("a control", () => {
  it("shows a value as it would be written", () => {
    const scan = controlOf({ $ref: "#/$defs/Scan" }, DEFINITIONS);

    expect(draftOf(scan, { views: 3 })).toEqual({ views: "3", note: "" });
    expect(draftOf(controlOf({ type: "number", "x-precision": 2 }), 2.499999)).toBe("2.5");
  });

  it("comes to an end where a class holds itself", () => {
    expect(JSON.stringify(controlOf({ $ref: "#/$defs/Loop" }, DEFINITIONS))).toContain('"kind":"json"');
  });
});
