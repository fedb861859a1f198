import {
  Any,
  arrayOf,
  dictOf,
  Integer,
  oneOf,
  setOf,
  tupleOf,
  type TypeSpec,
  ValidationError,
} from "rigwire";
import { convertFromOriginal } from "../../lib/contract/original-coercion";
import { valueType } from "../../lib/contract/value-type";
import { parseAsWritten } from "../../lib/wire/lossless-json";

/** @param json - As Python writes it. */
const convert = (type: TypeSpec, json: string) =>
  convertFromOriginal(valueType(type), parseAsWritten(json), "x", []);

describe("a value that a Python original sent", () => {
  it.each<[TypeSpec, string, unknown]>([
    [String, "5", "5"],
    [String, "5.0", "5.0"],
    [String, "-0.0", "-0.0"],
    [String, "1e-07", "1e-07"],
    [String, "1e+16", "1e+16"],
    [String, "NaN", "nan"],
    [String, "-Infinity", "-inf"],
    [String, "true", "True"],
    [String, '"abc"', "abc"],
    [String, "1152921504606846976", "1152921504606846976"],
    [Boolean, '"false"', true],
    [Boolean, '""', false],
    [Boolean, "2", true],
    [Boolean, "0.0", false],
    [Boolean, "NaN", true],
    [Boolean, "null", false],
    [Boolean, "[]", false],
    [Boolean, "[0]", true],
    [Boolean, "{}", false],
    [Number, "5.0", 5],
    [Number, '"5"', 5],
    [Integer, "5.0", 5],
    [Any, '{"a": [5.0]}', { a: [5] }],
    [Object, '{"a": 5.5}', { a: 5.5 }],
    [arrayOf(String), "[1, 5.0, false]", ["1", "5.0", "False"]],
    [arrayOf(Number), "[5.0]", [5]],
    [tupleOf(Number, String), "[5.0, 5.0]", [5, "5.0"]],
    [setOf(String), '[1.0, "1.0"]', new Set(["1.0"])],
    [dictOf(String), '{"a": 5.0}', { a: "5.0" }],
    [oneOf(String, Number), "5.0", 5],
    [oneOf(Integer, String), "5.5", "5.5"],
    [oneOf(String, Boolean), '"false"', "false"],
    [oneOf(Integer, Boolean), '"false"', true],
  ])("is, where %j is declared, taken as Python takes it: %s", (type, json, expected) => {
    expect(convert(type, json)).toStrictEqual(expected);
  });

  it.each<[TypeSpec, string, string]>([
    [Number, '"abc"', 'x: expected number, got "abc"'],
    [Integer, "1.5", "x: expected integer, got 1.5"],
    [tupleOf(Number), "[1.5, 2.5]", "x: expected [number], got a list of 2"],
    [oneOf(Integer, Date), '"abc"', 'x: expected integer | date, got "abc"'],
    [String, "[5.0]", "x: expected string, got a list of 1"],
  ])("is refused where %j is declared: %s", (type, json, message) => {
    expect(() => convert(type, json)).toThrow(new ValidationError(message));
  });
});
