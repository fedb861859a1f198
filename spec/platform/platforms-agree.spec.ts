import { node } from "../../lib/platform/node";
import { portable } from "../../lib/platform/portable";

const TEXTS = ["", "abc", "äöü", "日本", "\u{1f52c}", "\ufeffmark"];

describe.each([
  ["Node", node],
  ["a browser", portable],
])("the platform of %s", (_name, platform) => {
  it.each(TEXTS)("reads %j from its bytes and counts them", (text) => {
    const bytes = new TextEncoder().encode(text);

    expect(platform.textOf(bytes)).toBe(text);
    expect(platform.byteLength(text)).toBe(bytes.length);
  });

  it("refuses what is no UTF-8", () => {
    expect(platform.textOf(Uint8Array.of(0x61, 0xff))).toBeUndefined();
  });

  it("gives bytes without a copy", () => {
    const bytes = new Uint8Array([1, 2, 3, 4]);
    const given = platform.bytesOf(bytes.subarray(1, 3));
    bytes[1] = 9;

    expect([...given]).toEqual([9, 3]);
  });

  it.each([
    [1, 1, true],
    [NaN, NaN, true],
    [0, -0, false],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
    [{ a: 1 }, { a: 1, b: undefined }, false],
    [[1, 2], [2, 1], false],
    [new Date(5), new Date(5), true],
    [new Date(5), new Date(6), false],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2), true],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3), false],
    [new Map([["a", 1]]), new Map([["a", 1]]), true],
    [new Map([["a", 1]]), new Map([["a", 2]]), false],
    [null, {}, false],
  ])("compares %p and %p by what they hold", (a, b, equal) => {
    expect(platform.deepEqual(a, b)).toBe(equal);
  });

  it("knows an error, and prints a value on one line", () => {
    expect([platform.isError(new TypeError("x")), platform.isError({ message: "x" })]).toEqual([true, false]);
    expect(platform.inspect({ a: 1 })).not.toContain("\n");
  });
});
