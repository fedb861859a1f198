import { Subject } from "rxjs";
import { EncodingError } from "../../lib/errors";
import { encodeJson } from "../../lib/wire/json";

class Frame {
  constructor(readonly data: unknown) {}
}

class Ids {
  readonly #ids = [1, 2];

  *[Symbol.iterator](): Iterator<number> {
    yield* this.#ids;
  }
}

class Vector {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}

  *[Symbol.iterator](): Iterator<number> {
    yield* [this.x, this.y];
  }
}

function* counting(): Generator<number> {
  yield 1;
}

async function* waiting(): AsyncGenerator<number> {
  yield await Promise.resolve(1);
}

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ["a Map", new Map([["a", 1]]), "a Map cannot be sent as JSON: send Object.fromEntries(map), or [...map]"],
  ["a Set", new Set([1]), "a Set cannot be sent as JSON: send [...set]"],
  [
    "a typed array",
    new Float32Array(2),
    "a Float32Array cannot be sent as JSON: return it from a @BufferMethod",
  ],
  ["an empty typed array", new Uint8Array(), "a Uint8Array cannot be sent"],
  ["a Buffer", Buffer.from("abc"), "a Buffer cannot be sent"],
  ["an ArrayBuffer", new ArrayBuffer(1), "an ArrayBuffer cannot be sent"],
  ["a RegExp", /a/, "a RegExp cannot be sent as JSON: send its source"],
  [
    "an Error",
    Object.assign(new TypeError("stuck"), { code: 5 }),
    "an Error cannot be sent as JSON: send its message",
  ],
  ["a generator", counting(), "a Generator cannot be sent"],
  ["an asynchronous generator", waiting(), "an AsyncGenerator cannot be sent"],
  ["an iterator", [1].values(), "generator cannot be sent"],
  ["an Observable", new Subject(), "an Observable cannot be sent"],
  ["a function", () => 1, "a function cannot be sent"],
  ["a symbol", Symbol("s"), "a symbol cannot be sent"],
  ["a boxed number", Object(5), "a Number cannot be sent as JSON: send its valueOf()"],
  ["a boxed text", Object("a"), "a String cannot be sent"],
  ["a promise", Promise.resolve(1), "a Promise cannot be sent as JSON: await it first"],
  ["a date that is none", new Date("never"), "a Date that is no date cannot be sent"],
  ["an iterable whose content is private", new Ids(), "an Ids cannot be sent"],
  ["an object of the platform", new URLSearchParams("a=1"), "a URLSearchParams cannot be sent"],
];

describe("a value that JSON cannot carry", () => {
  it.each(REFUSED)("is refused with its kind and a cure: %s", (_, value, message) => {
    expect(() => encodeJson(value)).toThrow(EncodingError);
    expect(() => encodeJson(value)).toThrow(message);
  });

  it.each(REFUSED)("is refused with the path to it, however deep it stands: %s", (_, value) => {
    const frames = [{}, {}, {}, new Frame(value)];

    expect(() => encodeJson({ frames }, "result")).toThrow(/^result\.frames\[3\]\.data: an? /);
    expect(() => encodeJson({ "top left": [value] })).toThrow(/^\["top left"\]\[0\]: an? /);
  });

  it("is named where it contains itself", () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = [cycle];

    expect(() => encodeJson(cycle, "result")).toThrow(
      "a value that contains itself cannot be sent as JSON (result.self[0])",
    );
  });

  it.each([
    ["instances of a class", new Frame({ size: [1, 2] }), '{"data":{"size":[1,2]}}'],
    ["an iterable with members", new Vector(1, 2), '{"x":1,"y":2}'],
    ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    ["a date", { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ["what says how it is written", { url: new URL("tcp://a:1") }, '{"url":"tcp://a:1"}'],
  ])("does not stand in the way of others: %s", (_, value, text) => {
    expect(encodeJson(value)).toBe(text);
  });
});
