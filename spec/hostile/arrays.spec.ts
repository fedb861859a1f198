import { MalformedMessageError, readArray, serve } from "rigwire";
import { withArrays } from "../../lib/wire/incoming-arrays";
import { decodeSignal } from "../../lib/wire/signals";
import { closing } from "../support/closing";
import { rawDealer } from "../support/raw-client";
import fc from "../support/seeded-fast-check";
import { ArrayDevice } from "../transport/conformance/array-device";

const EIGHT = new Uint8Array(8);

function layout(changed: object): object {
  return { nd: { shape: [2], dtype: "<f4", ...changed } };
}

const REFUSED: readonly (readonly [string, object, RegExp])[] = [
  ["a shape with more elements than came", layout({ shape: [3] }), /needs 12 bytes from 0 on, but 8 came/],
  ["a shape with fewer", layout({ shape: [1] }), /8 bytes came, 4 are referred to/],
  ["a huge shape", layout({ shape: [2 ** 31, 2 ** 31, 2 ** 31] }), /bytes from 0 on, but 8 came/],
  ["a shape past all numbers", layout({ shape: Array(30).fill(2 ** 52) }), /bytes from 0 on, but 8 came/],
  [
    "nothing beside past all numbers",
    layout({ shape: [...Array<number>(30).fill(2 ** 52), 0] }),
    /its shape has/,
  ],
  ["a negative length", layout({ shape: [-2] }), /no whole number from 0 on/],
  ["two negative lengths", layout({ shape: [-1, -2] }), /no whole number from 0 on/],
  ["half an element", layout({ shape: [0.5, 4] }), /no whole number from 0 on/],
  ["a length past 2^53", layout({ shape: [2n ** 60n] }), /no whole number from 0 on/],
  ["a text for a length", layout({ shape: ["2"] }), /no whole number from 0 on/],
  ["no shape", layout({ shape: undefined }), /its shape is no list/],
  ["a hundred dimensions", layout({ shape: Array(100).fill(1) }), /more than 32 dimensions/],
  ["no dtype", layout({ dtype: undefined }), /its dtype is of type undefined, and must be one of \|i1/],
  ["an unknown dtype", layout({ dtype: "<f2" }), /its dtype is "<f2"/],
  ["a dtype of objects", layout({ dtype: "|O8" }), /its dtype is "\|O8"/],
  ["a dtype without an order", layout({ dtype: "|f4" }), /its dtype is "\|f4"/],
  ["a long dtype", layout({ dtype: "<f4".repeat(1_000_000) }), /its dtype is "<f4<f4<f4<f4<f4<f4<f"/],
  ["a negative offset", layout({ offset: -8 }), /its offset is no whole number/],
  ["an offset beyond", layout({ offset: 8 }), /needs 8 bytes from 8 on/],
  ["an offset past 2^53", layout({ offset: 2 ** 53 }), /its offset is no whole number/],
  ["the same bytes twice", [layout({}), layout({})], /several have the same bytes/],
  ["nothing that refers to them", { other: 1 }, /8 bytes came, 0 are referred to/],
];

describe("references to arrays", () => {
  it.each(REFUSED)("that do not fit are refused, and nothing is taken for them: %s", (_, value, problem) => {
    expect(() => withArrays(structuredClone(value), EIGHT)).toThrow(MalformedMessageError);
    expect(() => withArrays(structuredClone(value), EIGHT)).toThrow(problem);
  });

  it("give an array or a clear error, whatever they say", () => {
    const reference = fc.record({
      nd: fc.record({
        shape: fc.oneof(fc.array(fc.oneof(fc.nat(9), fc.anything()), { maxLength: 4 }), fc.anything()),
        dtype: fc.oneof(fc.constantFrom("<f4", "|u1", ">i2", "<u8"), fc.anything()),
        offset: fc.oneof(fc.constantFrom(0, 8), fc.anything()),
        kind: fc.oneof(fc.constantFrom("nd", "bytes", "clamped"), fc.anything()),
      }),
    });
    const value = fc.oneof(reference, fc.array(reference), fc.dictionary(fc.string(), reference));
    fc.assert(
      fc.property(value, fc.uint8Array({ maxLength: 40 }), (read, data) => {
        try {
          withArrays(read, data);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });

  it("do not change what objects are made of", () => {
    const text = '{"__proto__":{"nd":{"shape":[8],"dtype":"|u1"}}}';
    const value = withArrays(JSON.parse(text), EIGHT) as object;

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });

  it("are plain data where no frame came with them", () => {
    const text = '{"event":"EMIT_SIGNAL","signal":"s","args":[{"nd":{"shape":[1],"dtype":"|u1"}}]}';

    expect(decodeSignal(Buffer.from(text))).toMatchObject({ args: [layout({ shape: [1], dtype: "|u1" })] });
  });
});

describe("bytes that are read as an array", () => {
  it("may have the other order and lie anywhere", () => {
    const bytes = Buffer.alloc(9);
    bytes.writeFloatBE(1.5, 1);
    bytes.writeFloatBE(-2, 5);
    const array = readArray(bytes.subarray(1), { shape: [2, 1], dtype: ">f4" });

    expect([array.shape, array.data]).toEqual([[2, 1], Float32Array.of(1.5, -2)]);
    expect(bytes.readFloatBE(1)).toBe(1.5);
  });

  it.each([">i2", ">u4", ">i8", ">f8"])("are of every width: %s", (dtype) => {
    const bytes = Buffer.alloc(Number(dtype.at(-1)));
    bytes[bytes.length - 1] = 1;
    const [first] = readArray(bytes, { shape: [1], dtype }).data;

    expect(dtype.startsWith(">f") ? first : Number(first)).toBe(dtype === ">f8" ? 5e-324 : 1);
  });

  it("are not copied where they lie well", () => {
    const bytes = new Uint8Array(16);
    const { data } = readArray(bytes.subarray(8), { shape: [1], dtype: "<f8" });

    expect([data.buffer === bytes.buffer, data.byteOffset]).toEqual([true, 8]);
  });
});

describe("a device", () => {
  const CALL = JSON.stringify({
    event: "METHOD_CALL",
    method: "take",
    params: { args: [{ nd: { shape: [2], dtype: "<f8" } }] },
  });
  const DATA = Buffer.from(Float64Array.of(1, 2).buffer);

  it("answers messages whose frames are missing, too many or wrong, and goes on", async () => {
    const device = new ArrayDevice();
    const { url } = closing(await serve(device));
    const dealer = rawDealer(url);
    await dealer.send("missing", "", CALL);
    await dealer.send("short", "", CALL, DATA.subarray(1));
    await dealer.send("many", "", CALL, DATA, DATA);
    await dealer.send("stray", "", '{"event":"GET_INVENTORY"}', DATA);
    await dealer.send("batch", "", `[${CALL}]`, DATA);
    await dealer.send("good", "", CALL, DATA);
    const replies = new Map((await dealer.replies(6)).map(({ id, reply }) => [id, reply]));

    expect(replies.get("missing")).toMatchObject({ error: "values: expected Float64Array, got an object" });
    expect(replies.get("short")).toMatchObject({ error: expect.stringContaining("but 15 came") });
    expect(replies.get("many")).toMatchObject({ error: expect.stringContaining("the request is empty") });
    expect(replies.get("stray")).toMatchObject({ error: expect.stringContaining("0 are referred to") });
    expect(replies.get("batch")).toMatchObject({ error: "the message is no JSON object" });
    expect(replies.get("good")).toMatchObject({ success: true, result: 2 });
    expect(device.given).toStrictEqual(Float64Array.of(1, 2));
  });
});
