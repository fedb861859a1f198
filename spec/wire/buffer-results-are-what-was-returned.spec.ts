import { EncodingError, nd } from "rigwire";
import { bufferMethodReply, readBufferResult } from "../../lib/wire/buffer-results";
import { withinLimit } from "../../lib/wire/replies";

function returned(result: unknown): unknown {
  const [info, data] = bufferMethodReply("grab", result);
  return readBufferResult(Buffer.from(data!), JSON.parse(String(info)) as Record<string, unknown>);
}

const IMAGE = nd(Uint16Array.of(1, 2, 3, 4), [2, 2]);

describe("the result of a buffer method", () => {
  it.each<[string, unknown]>([
    ["an array", Float32Array.of(1.5, NaN)],
    ["bytes", Buffer.from("bytes")],
    ["an array with a shape", IMAGE],
    ["one of one dimension", nd(Float64Array.of(1))],
    ["one of none", nd(Float64Array.of(1), [])],
    ["one without elements", nd(new Int16Array(0), [0, 3])],
    ["an array and its description", [IMAGE, { exposure: 5, "a b": [1] }]],
    ["an array and nothing", [Int8Array.of(1), {}]],
    ["several", { image: IMAGE, deep: { list: [Int8Array.of(1), "text"] }, gain: 2 }],
    ["bytes and their description", [Buffer.from("b"), { nd: { shape: [1], dtype: "|u1" } }]],
  ])("is read as what was returned: %s", (_, result) => {
    expect(returned(result)).toStrictEqual(result);
  });

  it("is an array where a Python device describes it so", () => {
    const info = { nd: { shape: [1, 2], dtype: ">i2" }, gain: 3, rigwire: "array, info" };

    expect(readBufferResult(Buffer.from([0, 1, 0, 2]), info)).toStrictEqual([
      nd(Int16Array.of(1, 2), [1, 2]),
      { gain: 3 },
    ]);
  });

  it("has no names of its own for what describes arrays", () => {
    expect(() => returned([Buffer.alloc(1), { rigwire: 1 }])).toThrow(EncodingError);
    expect(() => returned([IMAGE, { nd: 1 }])).toThrow("info.nd: the name says how arrays are read");
    expect(() => returned({ IMAGE, rigwire: 1 })).toThrow("info.rigwire");
  });

  it("is a failure where its two frames are larger together than a message may be", () => {
    const frames = ["x".repeat(6_000), new Uint8Array(5_000)];

    expect(withinLimit(frames, 11_000, 11_000)).toBe(frames);
    expect(String(withinLimit(frames, 10_999, 10_999)[0])).toContain("the reply has 11000 bytes, more than");
  });
});
