import { readFileSync } from "node:fs";
import { join } from "node:path";
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
import { integerOfAnySize } from "../../lib/contract/integers";
import { convertFromOriginal } from "../../lib/contract/original-coercion";
import { valueType } from "../../lib/contract/value-type";
import { decodeJson } from "../../lib/wire/json";
import { parseAsWritten } from "../../lib/wire/lossless-json";

/** What the original makes of each input where each type is declared: JSON texts, `null` where it raises. */
interface CoercionTable {
  readonly types: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

const { types } = JSON.parse(
  readFileSync(join(__dirname, "../vectors/plantimager-coercion.json"), "utf8"),
) as CoercionTable;

/** As signals declare it. */
const INT = integerOfAnySize(Integer);

/** How a type of Python is declared here. */
const DECLARED: Readonly<Record<string, TypeSpec>> = {
  int: INT,
  float: Number,
  str: String,
  bool: Boolean,
  list: Array,
  dict: Object,
  "list[int]": arrayOf(INT),
  "list[str]": arrayOf(String),
  "tuple[int, float]": tupleOf(INT, Number),
  "set[int]": setOf(INT),
  "set[str]": setOf(String),
  "dict[str, int]": dictOf(INT),
  "dict[str, str]": dictOf(String),
  "int | None": oneOf(INT, null),
  "int | str": oneOf(INT, String),
  "str | int": oneOf(String, INT),
  "float | bool": oneOf(Number, Boolean),
  "list[int] | str": oneOf(arrayOf(INT), String),
  Any,
};

const LISTS = ["[]", "[1, 2]", "[1, 2.0]", '["1", "2"]', '["a", "b"]', "[1.5, 2.5]", "[[1, 2], [3, 4]]"];
const OBJECTS = ["{}", '{"a": 1}', '{"a": "b"}', '{"a": 1.5}'];
const TEXTS = ['"5"', '"5.0"', '" 5 "', '"1_000"', '"nan"', '"abc"', '""', '"false"'];

/** What the original takes and we refuse, on purpose: docs/moving-a-device.md lists it. */
const REFUSED_HERE: readonly (readonly [
  reason: string,
  types: readonly string[],
  inputs: readonly string[],
])[] = [
  ["a fraction is not cut off", ["int", "int | None"], ["5.5", "1e-07"]],
  [
    "a fraction is not cut off",
    ["list[int]", "tuple[int, float]", "set[int]", "list[int] | str"],
    ["[1.5, 2.5]"],
  ],
  ["a fraction is not cut off", ["dict[str, int]"], ['{"a": 1.5}']],
  ["None is no text", ["str", "int | str", "str | int", "list[int] | str"], ["null"]],
  ["a list or an object is no text", ["str", "int | str", "str | int"], [...LISTS, ...OBJECTS]],
  ["a list or an object is no text", ["list[str]", "set[str]"], ["[[1, 2], [3, 4]]"]],
  ["a list or an object is no text", ["list[int] | str"], ['["a", "b"]', "[[1, 2], [3, 4]]", ...OBJECTS]],
  ["the characters of a text are no list", ["list"], TEXTS],
  ["the keys of an object are no list", ["list", "list[str]", "set[str]"], OBJECTS],
  ["the keys of an object are no list", ["list[int]", "set[int]"], ["{}"]],
  ["only an object is an object", ["dict"], ['""', "[]", "[[1, 2], [3, 4]]"]],
];

/** What both take, and take differently, on purpose. */
const TAKEN_OTHERWISE: readonly (readonly [type: string, input: string, here: unknown])[] = [
  // Not cut off either, where there is a type that keeps the fraction.
  ["int | str", "5.5", "5.5"],
  ["int | str", "1e-07", "1e-07"],
  // The original stops at the first type here.
  ["int | str", "-Infinity", "-inf"],
  // There is one kind of number in this language: it is an integer already.
  ["str | int", "5.0", 5],
  ["str | int", "-0.0", -0],
  ["int | str", "-0.0", -0],
  ["int | None", "-0.0", -0],
];

const REFUSED = Symbol("refused");

function converted(type: string, input: string): unknown {
  const spec = DECLARED[type];
  if (spec === undefined) throw new Error(`${type} is not declared in this file`);
  try {
    const value = convertFromOriginal(valueType(spec), parseAsWritten(input), "x", []);
    return value instanceof Set ? [...(value as Set<unknown>)].sort() : value;
  } catch (error) {
    if (error instanceof ValidationError) return REFUSED;
    throw error;
  }
}

/** In Python `True` is 1; what is declared as a number is a number here. */
function taken(type: string, text: string | null): unknown {
  if (text === null) return REFUSED;
  const value = decodeJson(text);
  const isBoolean = /bool|Any/.test(type);
  return typeof value === "boolean" && !isBoolean ? Number(value) : value;
}

function isOnPurpose(type: string, input: string): boolean {
  const isRefused = REFUSED_HERE.some(([, of, inputs]) => of.includes(type) && inputs.includes(input));
  return isRefused || TAKEN_OTHERWISE.some(([of, from]) => of === type && from === input);
}

const cells = Object.entries(types).flatMap(([type, results]) =>
  Object.entries(results).map(([input, result]) => ({ type, input, result })),
);

describe("a value of an original, beside the table of what the original makes of it", () => {
  it.each(Object.keys(types))("is the same as there where %s is declared", (type) => {
    const ours: Record<string, unknown> = {};
    const theirs: Record<string, unknown> = {};
    for (const { input, result } of cells.filter((cell) => cell.type === type)) {
      if (isOnPurpose(type, input)) continue;
      ours[input] = converted(type, input);
      theirs[input] = taken(type, result);
    }
    expect(ours).toStrictEqual(theirs);
  });

  it.each(REFUSED_HERE)("is refused, though the original takes it, since %s: %j", (_reason, of, inputs) => {
    for (const type of of) {
      for (const input of inputs) {
        const result = cells.find((cell) => cell.type === type && cell.input === input)?.result;
        expect([type, input, result ?? REFUSED, converted(type, input)]).toEqual([
          type,
          input,
          expect.any(String),
          REFUSED,
        ]);
      }
    }
  });

  it.each(TAKEN_OTHERWISE)("is taken otherwise on purpose: %s of %s", (type, input, here) => {
    expect(converted(type, input)).toStrictEqual(here);
  });
});
