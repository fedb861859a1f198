import fc from "../support/seeded-fast-check";
import { decodeJson, encodeJson } from "../../lib/wire/json";

/** Everything that can travel: JSON's values, non-finite numbers and bigints, nested anywhere. */
const wireValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "NaN",
      "-Infinity",
      'a "NaN" inside',
      "1763633000123456789",
      "\\",
      '\\"',
      "null",
      ": 1234567890123456",
    ),
    fc.double(),
    fc.constant(-0),
    fc.integer(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
    fc.bigInt({ min: -(2n ** 200n), max: -(2n ** 53n) }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

describe("JSON on the wire", () => {
  it("gives back whatever was written", () => {
    fc.assert(
      fc.property(wireValue, (value) => {
        expect(decodeJson(encodeJson(value))).toStrictEqual(value);
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads what the engine's own JSON writes, to the same value", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const expected: unknown = JSON.parse(text);
        expect(
          JSON.stringify(decodeJson(text), (_, v: unknown) => (typeof v === "bigint" ? Number(v) : v)),
        ).toBe(JSON.stringify(expected));
      }),
    );
  });

  it("reads the numbers that Python writes", () => {
    const text =
      '{"nan": NaN, "inf": Infinity, "ninf": -Infinity, "big": 1763633000123456789, "neg": -9223372036854775808, "float": 1.0, "text": "NaN \\u00e9 \\ud83c\\udf3f"}';
    expect(decodeJson(text)).toStrictEqual({
      nan: NaN,
      inf: Infinity,
      ninf: -Infinity,
      big: 1763633000123456789n,
      neg: -9223372036854775808n,
      float: 1,
      text: "NaN é 🌿",
    });
  });

  it("writes non-finite numbers bare and bigints as digits, also at the top", () => {
    expect(encodeJson([NaN, Infinity, -Infinity, 2n ** 64n])).toBe(
      "[NaN,Infinity,-Infinity,18446744073709551616]",
    );
    expect(encodeJson(NaN)).toBe("NaN");
    expect(encodeJson(10n)).toBe("10");
  });

  it("keeps a large float a float for Python", () => {
    expect(encodeJson(1e20)).toBe("100000000000000000000.0");
    expect(encodeJson({ x: [2 ** 53] })).toBe('{"x":[9007199254740992.0]}');
    expect(decodeJson(encodeJson({ x: 1e20 }))).toStrictEqual({ x: 1e20 });
  });

  it("reads 2^53 as a bigint and one less as a number", () => {
    expect(decodeJson("[9007199254740991, 9007199254740992, -9007199254740993]")).toStrictEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
    ]);
  });

  it("takes long fractions and strings of digits for what they are", () => {
    expect(decodeJson('{"f":0.1234567890123456789,"s":"1763633000123456789"}')).toStrictEqual({
      f: 0.12345678901234568,
      s: "1763633000123456789",
    });
  });

  it("writes undefined as null, leaves out undefined members, honours toJSON", () => {
    expect(encodeJson(undefined)).toBe("null");
    expect(encodeJson({ a: undefined, b: [undefined], c: NaN, d: new Date(0) })).toBe(
      '{"b":[null],"c":NaN,"d":"1970-01-01T00:00:00.000Z"}',
    );
  });

  it("keeps the sign of zero, for Python as well", () => {
    expect(encodeJson([-0, { x: -0 }])).toBe('[-0.0,{"x":-0.0}]');
    expect(decodeJson(encodeJson(-0))).toBe(-0);
  });

  it("makes an ordinary member of __proto__", () => {
    for (const text of ['{"__proto__": {"polluted": 1}}', '{"__proto__": {"polluted": NaN}}']) {
      const value = decodeJson(text);
      expect(Object.keys(value as object)).toEqual(["__proto__"]);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
  });

  it.each([
    "",
    "{",
    "[1,]",
    '{"a":NaN,}',
    "[NaN",
    "NaNN",
    "[Infinity 1]",
    "-",
    '{"a" NaN}',
    '"NaN',
    "{1: NaN}",
    "[01, NaN]",
    "[\u00a0NaN]",
  ])("refuses %j", (text) => {
    expect(() => decodeJson(text)).toThrow(SyntaxError);
  });

  it("refuses nesting without end instead of ending the process", () => {
    expect(() => decodeJson("[".repeat(200_000) + "NaN")).toThrow(SyntaxError);
  });

  it("tells what cannot be sent", () => {
    const cycle: Record<string, unknown> = { big: 1n };
    cycle.self = [cycle];
    expect(() => encodeJson(cycle)).toThrow("contains itself");
    expect(() => encodeJson(() => 1)).toThrow("a function cannot be sent");
    expect(() => encodeJson(Symbol("s"))).toThrow("a symbol cannot be sent");
  });
});
