import {
  Any,
  arrayOf,
  ContractError,
  dictOf,
  Integer,
  oneOf,
  setOf,
  tupleOf,
  type TypeSpec,
  ValidationError,
} from "rigwire";
import { declaredType } from "../../lib/cli/contract/type-text";
import { convertValue } from "../../lib/contract/convert-value";
import { toWire } from "../../lib/contract/to-wire";
import { typeName, valueType } from "../../lib/contract/value-type";

const convert = (type: TypeSpec, value: unknown) => convertValue(valueType(type), value, "x", []);

class Step {
  position = 0;
}

describe("a value for a set, a dictionary or a union", () => {
  it.each<[string, TypeSpec, unknown, unknown]>([
    ["a list for a set", setOf(String), ["a", "b"], new Set(["a", "b"])],
    ["a list with repetition for a set", setOf(Integer), [1, "1", 2], new Set([1, 2])],
    ["a set", setOf(Integer), new Set(["1", 2]), new Set([1, 2])],
    ["an empty set", setOf(Integer), [], new Set()],
    ["a dictionary", dictOf(Number), { a: 1, b: "2.5" }, { a: 1, b: 2.5 }],
    ["an empty dictionary", dictOf(Number), {}, {}],
    ["lists in a dictionary", dictOf(arrayOf(Integer)), { a: ["1"] }, { a: [1] }],
    ["a dictionary of a type that is there later", dictOf(() => Number), { a: "1" }, { a: 1 }],
    ["the second type as it is", oneOf(Integer, String), "5", "5"],
    ["the first type as it is", oneOf(String, Integer), 5, 5],
    ["the first type that converts", oneOf(Boolean, Integer, String), 1.5, "1.5"],
    ["a list as it is", oneOf(String, arrayOf(Number)), [1], [1]],
    ["a list that converts", oneOf(Integer, arrayOf(Number)), ["1"], [1]],
    ["null", oneOf(Integer, null), null, null],
    ["what is not null", oneOf(Integer, null), "5", 5],
    ["the text of a date", oneOf(Date, String), "2025-11-20", new Date(Date.UTC(2025, 10, 20))],
    ["another text", oneOf(Date, String), "yesterday", "yesterday"],
    ["a tuple of the right length", oneOf(tupleOf(Number), tupleOf(Number, Number)), [1, 2], [1, 2]],
    [
      "an object of a class",
      oneOf(Integer, Step),
      { position: 1 },
      Object.assign(new Step(), { position: 1 }),
    ],
    ["anything", oneOf(Integer, Any), "abc", "abc"],
  ])("is taken: %s", (_name, type, value, expected) => {
    expect(convert(type, value)).toStrictEqual(expected);
  });

  it.each<[string, TypeSpec, unknown, string]>([
    ["a text for a set", setOf(String), "abc", 'x: expected Set<string>, got "abc"'],
    ["a wrong item of a set", setOf(Integer), [1, "b"], 'x[1]: expected integer, got "b"'],
    ["a list for a dictionary", dictOf(Number), [1], "x: expected Record<string, number>, got a list of 1"],
    ["null for a dictionary", dictOf(Number), null, "x: expected Record<string, number>, got null"],
    [
      "a Map for a dictionary",
      dictOf(Number),
      new Map(),
      "x: expected Record<string, number>, got an object",
    ],
    ["a wrong value of a dictionary", dictOf(Number), { a: "b" }, 'x["a"]: expected number, got "b"'],
    ["what no type takes", oneOf(Integer, Date), "abc", 'x: expected integer | date, got "abc"'],
  ])("is refused: %s", (_name, type, value, message) => {
    expect(() => convert(type, value)).toThrow(new ValidationError(message));
  });

  it("keeps the key __proto__ an ordinary one", () => {
    const converted = convert(dictOf(Number), JSON.parse('{"__proto__": 1}'));

    expect(Object.entries(converted as object)).toEqual([["__proto__", 1]]);
  });

  it("is of at least one type", () => {
    expect(() => oneOf()).toThrow(ContractError);
  });
});

describe("a set on its way", () => {
  it.each<[string, TypeSpec, unknown, unknown]>([
    ["alone", setOf(Integer), new Set([1, 2]), [1, 2]],
    ["in a list", arrayOf(setOf(Integer)), [new Set([1])], [[1]]],
    ["in a tuple, whose length is not changed", tupleOf(setOf(Integer)), [new Set([1]), 2], [[1], 2]],
    ["in a dictionary", dictOf(setOf(Integer)), { a: new Set([1]) }, { a: [1] }],
    ["in a union", oneOf(Integer, setOf(String)), new Set(["a"]), ["a"]],
    ["in a set", setOf(setOf(Integer)), new Set([new Set([1])]), [[1]]],
  ])("is a list: %s", (_name, type, value, expected) => {
    expect(toWire(valueType(type), value)).toStrictEqual(expected);
  });
});

describe("the name of a type", () => {
  it.each<[string, TypeSpec, string, string]>([
    ["Set<integer>", setOf(Integer), "Set<number>", "setOf(Integer)"],
    ["Record<string, number>", dictOf(Number), "Record<string, number>", "dictOf(Number)"],
    ["integer | null", oneOf(Integer, null), "number | null", "oneOf(Integer, null)"],
    [
      "(integer | string[])[]",
      arrayOf(oneOf(Integer, arrayOf(String))),
      "(number | string[])[]",
      "arrayOf(oneOf(Integer, arrayOf(String)))",
    ],
    [
      "Record<string, [integer, string] | boolean>",
      dictOf(oneOf(tupleOf(Integer, String), Boolean)),
      "Record<string, [number, string] | boolean>",
      "dictOf(oneOf(tupleOf(Integer, String), Boolean))",
    ],
    [
      "[string] | [number]",
      oneOf(tupleOf(String), tupleOf(Number)),
      "[string] | [number]",
      "oneOf(tupleOf(String), tupleOf(Number))",
    ],
  ])("is %s, and is read back", (name, type, text, spec) => {
    expect(typeName(valueType(type))).toBe(name);
    expect(declaredType(name)).toMatchObject({ text, spec });
  });
});
