import fc from "../support/seeded-fast-check";
import { Any, arrayOf, Integer, tupleOf, ValidationError, type TypeSpec } from "rigwire";
import { convertValue } from "../../lib/contract/convert-value";
import { valueType } from "../../lib/contract/value-type";

const convert = (type: TypeSpec, value: unknown) => convertValue(valueType(type), value, "x", []);

const BIG = 2n ** 60n;

describe("a value for a declared type", () => {
  it.each<[string, TypeSpec, unknown, unknown]>([
    ["a text", String, "STILL", "STILL"],
    ["an empty text", String, "", ""],
    ["the text of a number", String, 5, "5"],
    ["the text of a fraction", String, 1.5, "1.5"],
    ["the text of a bigint", String, BIG, "1152921504606846976"],
    ["a number", Number, 1.5, 1.5],
    ["NaN, which is a number on the wire", Number, NaN, NaN],
    ["infinity", Number, -Infinity, -Infinity],
    ["a number in a text", Number, "5", 5],
    ["a number in a text with space around", Number, " -1.5e3 ", -1500],
    ["a number in a text without leading zero", Number, ".5", 0.5],
    ["an integer", Integer, -3, -3],
    ["an integer in a text", Integer, "+7", 7],
    ["a bigint", BigInt, BIG, BIG],
    ["a bigint from an integer", BigInt, 5, 5n],
    ["a bigint in a text", BigInt, "1152921504606846976", BIG],
    ["true", Boolean, true, true],
    ["false", Boolean, false, false],
    ["1 as true", Boolean, 1, true],
    ["0 as false", Boolean, 0, false],
    ["Python's True in a text", Boolean, "True", true],
    ["false in a text", Boolean, "false", false],
    ["an object", Object, { a: [1] }, { a: [1] }],
    ["a list", Array, [1, "a", null], [1, "a", null]],
    ["a date in a text", Date, "2025-11-20T11:45:00.000Z", new Date(Date.UTC(2025, 10, 20, 11, 45))],
    ["a date as Python writes it", Date, "2025-11-20 11:45:00.123456+00:00", new Date(1_763_639_100_123)],
    ["a day", Date, "2025-11-20", new Date(Date.UTC(2025, 10, 20))],
    ["milliseconds since 1970", Date, 0, new Date(0)],
    ["a list of numbers", arrayOf(Number), [1, "2"], [1, 2]],
    ["an empty list", arrayOf(Number), [], []],
    ["lists in lists", arrayOf(arrayOf(Integer)), [[1], ["2", 3]], [[1], [2, 3]]],
    ["a tuple", tupleOf(Integer, String), ["640", 480], [640, "480"]],
    ["anything", Any, { a: null }, { a: null }],
    ["null as anything", Any, null, null],
  ])("is taken: %s", (_name, type, value, expected) => {
    expect(convert(type, value)).toStrictEqual(expected);
  });

  it.each<[string, TypeSpec, unknown, string]>([
    ["a word for a number", Number, "abc", 'x: expected number, got "abc"'],
    ["an empty text for a number", Number, "", 'x: expected number, got ""'],
    ["blanks for a number", Number, "  ", 'x: expected number, got "  "'],
    ["half a number", Number, "5 mm", 'x: expected number, got "5 mm"'],
    ["a hexadecimal for a number", Number, "0x10", 'x: expected number, got "0x10"'],
    ["a dot for a number", Number, ".", 'x: expected number, got "."'],
    ["true for a number", Number, true, "x: expected number, got true"],
    ["null for a number", Number, null, "x: expected number, got null"],
    ["a list for a number", Number, [5], "x: expected number, got a list of 1"],
    ["a bigint that a double cannot hold", Number, BIG, `x: expected number, got ${BIG}`],
    ["a fraction for an integer", Integer, 1.5, "x: expected integer, got 1.5"],
    ["a fraction in a text for an integer", Integer, "1.5", 'x: expected integer, got "1.5"'],
    ["NaN for an integer", Integer, NaN, "x: expected integer, got NaN"],
    ["an integer past 2^53", Integer, 2 ** 53, "x: expected integer, got 9007199254740992"],
    ["an integer past 2^53 in a text", Integer, "9007199254740993", "x: expected integer"],
    ["a fraction for a bigint", BigInt, 1.5, "x: expected bigint, got 1.5"],
    ["an empty text for a bigint", BigInt, "", 'x: expected bigint, got ""'],
    ["true for a bigint", BigInt, true, "x: expected bigint, got true"],
    ["2 for a boolean", Boolean, 2, "x: expected boolean, got 2"],
    ["an empty text for a boolean", Boolean, "", 'x: expected boolean, got ""'],
    ["null for a boolean", Boolean, null, "x: expected boolean, got null"],
    ["a boolean for a text", String, true, "x: expected string, got true"],
    ["null for a text", String, null, "x: expected string, got null"],
    ["an object for a text", String, {}, "x: expected string, got an object"],
    ["a list for an object", Object, [], "x: expected object, got a list of 0"],
    ["null for an object", Object, null, "x: expected object, got null"],
    ["a text for a list", Array, "abc", 'x: expected any[], got "abc"'],
    ["an object for a list", arrayOf(Number), { length: 1 }, "x: expected number[], got an object"],
    ["a wrong item of a list", arrayOf(Number), [1, "b"], 'x[1]: expected number, got "b"'],
    ["a wrong item deep in a list", arrayOf(arrayOf(Number)), [[1], [2, null]], "x[1][1]: expected number"],
    [
      "a tuple that is too short",
      tupleOf(Number, Number),
      [1],
      "x: expected [number, number], got a list of 1",
    ],
    ["a tuple that is too long", tupleOf(Number), [1, 2], "x: expected [number], got a list of 2"],
    ["a wrong place of a tuple", tupleOf(Number, String), [1, {}], "x[1]: expected string, got an object"],
    ["a word for a date", Date, "yesterday", 'x: expected date, got "yesterday"'],
    ["a word with a number for a date", Date, "step 1", 'x: expected date, got "step 1"'],
    ["a bare number in a text for a date", Date, "5", 'x: expected date, got "5"'],
    ["a day that no month has", Date, "2025-13-40", 'x: expected date, got "2025-13-40"'],
    ["an invalid date", Date, new Date(NaN), "x: expected date"],
    ["NaN for a date", Date, NaN, "x: expected date, got NaN"],
    ["true for a date", Date, true, "x: expected date, got true"],
  ])("is refused: %s", (_name, type, value, message) => {
    expect(() => convert(type, value)).toThrow(ValidationError);
    expect(() => convert(type, value)).toThrow(message);
  });

  it("is shown shortened in the error, however long it is", () => {
    expect(() => convert(Number, "x".repeat(1_000_000))).toThrow(
      new ValidationError(`x: expected number, got "${"x".repeat(60)}…"`),
    );
  });

  it("is refused without delay where it is digits without end", () => {
    const digits = "9".repeat(5_000_000);
    const before = performance.now();

    expect(() => convert(BigInt, digits)).toThrow(ValidationError);
    expect(() => convert(Integer, digits)).toThrow(ValidationError);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it("is of that type whenever it is taken", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true }), (value) => {
        for (const [type, fits] of CHECKS) {
          const converted = orRefused(() => convert(type, value));
          expect(converted === REFUSED || fits(converted)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

const REFUSED = Symbol("refused");

const CHECKS: readonly (readonly [TypeSpec, (value: unknown) => boolean])[] = [
  [String, (value) => typeof value === "string"],
  [Number, (value) => typeof value === "number"],
  [Integer, Number.isSafeInteger],
  [BigInt, (value) => typeof value === "bigint"],
  [Boolean, (value) => typeof value === "boolean"],
  [Array, Array.isArray],
  [Date, (value) => value instanceof Date && !Number.isNaN(value.getTime())],
];

function orRefused(convertIt: () => unknown): unknown {
  try {
    return convertIt();
  } catch (error) {
    if (error instanceof ValidationError) return REFUSED;
    throw error;
  }
}
