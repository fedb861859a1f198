import { MalformedMessageError, ValidationError } from "../../lib/errors";
import { decodeBrine } from "../../lib/rpyc/brine/decoder";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { BrineScanner } from "../../lib/rpyc/brine/scanner";
import { PyFloat, type BrineValue } from "../../lib/rpyc/brine/values";
import { brineVectors, fromLiteral } from "./python-literal";

const bytes = (hex: string) => Buffer.from(hex, "hex");
const reencoded = (value: BrineValue) => decodeBrine(encodeBrine(value));

describe.each(brineVectors().map((vector) => ({ ...vector, short: vector.repr.slice(0, 60) })))(
  "Python's $short",
  ({ value, hex }) => {
    it("is decoded", () => expect(decodeBrine(bytes(hex))).toEqual(fromLiteral(value)));

    it("is encoded as Python does", () => expect(encodeBrine(fromLiteral(value)).toString("hex")).toBe(hex));

    it("is found to end with its last byte", () => {
      const scanner = new BrineScanner();
      scanner.push(bytes(hex).subarray(0, -1));
      expect(scanner.complete).toBe(false);
      scanner.push(bytes(hex).subarray(-1));
      expect(scanner.complete).toBe(true);
    });
  },
);

describe("numbers", () => {
  it("keeps a whole float a float and an int an int", () => {
    expect(reencoded([new PyFloat(1), 1])).toEqual([new PyFloat(1), 1]);
    expect(reencoded(new PyFloat(1))).toBeInstanceOf(PyFloat);
  });

  it.each([1.5, NaN, -Infinity, -0, 1e300])("takes the number %p for a float", (value) => {
    expect(reencoded(value)).toEqual(new PyFloat(value));
  });

  it.each([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -49])(
    "takes the number %p for an int",
    (value) => {
      expect(reencoded(value)).toBe(value);
    },
  );

  it.each([2n ** 53n, -(2n ** 53n), 10n ** 4299n])("keeps an integer that no double holds", (value) => {
    expect(reencoded(value)).toBe(value);
  });

  it("gives a number for a bigint that a double holds", () => expect(reencoded(160n)).toBe(160));

  it("reads a negative zero of digits as the integer 0", () =>
    expect(decodeBrine(bytes("16022d30"))).toBe(0));

  it("refuses to write more digits than Python reads", () => {
    expect(() => encodeBrine(10n ** 4300n)).toThrow(ValidationError);
    expect(() => encodeBrine(-(10n ** 4300n))).toThrow(/4300 digits/);
  });
});

describe("strings and bytes", () => {
  it("keeps a byte order mark", () => expect(reencoded("\ufeffa")).toBe("\ufeffa"));

  it("refuses half a surrogate pair", () => expect(() => encodeBrine("\ud83c")).toThrow(/surrogate/));

  it("does not keep the input's memory", () => {
    const input = Buffer.from("0c616263", "hex");
    const value = decodeBrine(input);
    input.fill(0);
    expect(value).toEqual(Uint8Array.of(0x61, 0x62, 0x63));
  });
});

describe("what cannot be encoded", () => {
  it("refuses a cycle", () => {
    const cycle: BrineValue[] = [];
    cycle.push(cycle);
    expect(() => encodeBrine(cycle)).toThrow(/nested more than 100 deep/);
  });

  it.each([undefined, () => 1, {}, new Map(), Symbol("other"), new Date()])("refuses %p", (value) => {
    expect(() => encodeBrine(value as never)).toThrow(ValidationError);
  });

  it("refuses an object without a prototype", () => {
    expect(() => encodeBrine(Object.create(null) as never)).toThrow(ValidationError);
  });
});

describe("malformed bytes", () => {
  it.each([
    ["nothing", "", "end within"],
    ["a tuple cut short", "1251", "end within"],
    ["a length beyond the input", "0effff", "end within"],
    ["a tuple of four billion", "15ffffffff00", "end within"],
    ["half a double", "183ff8", "end within"],
    ["a second value", "0000", "1 more bytes follow"],
    ["a tag that is unknown", "07", "0x07 is unknown"],
    ["a tag of older versions", "09", "0x09 is unknown"],
    ["a tag above the integers", "f0", "0xf0 is unknown"],
    ["a str that is a tuple", "0802", "not followed by its bytes"],
    ["a str in Latin-1", "080ae9", "not UTF-8"],
    ["a surrogate in UTF-8", "080ceda080", "not UTF-8"],
    ["a slice of two", "19115151", "exactly start, stop and step"],
    ["a slice of four", "1913515151 51", "exactly start, stop and step"],
    ["a slice of bytes", "190c515151", "not followed by a tuple"],
    ["a frozenset of bytes", "1a0a51", "not followed by a tuple"],
    ["an integer without digits", "1600", "no digits"],
    ["a sign alone", "16012d", "no digits"],
    ["an integer in hex", "16033078 31", "something else than digits"],
    ["an integer with a sign within", "1603312d31", "something else than digits"],
    ["an integer with a line end", "1602310a", "something else than digits"],
  ])("refuses %s", (_, hex, reason) => {
    const decode = () => decodeBrine(bytes(hex.replace(" ", "")));
    expect(decode).toThrow(MalformedMessageError);
    expect(decode).toThrow(reason);
  });

  it("refuses an integer of a million digits without reading it", () => {
    const head = Buffer.from("17000f4240", "hex");
    expect(() => decodeBrine(Buffer.concat([head, Buffer.alloc(1_000_000, "9")]))).toThrow(/4300 digits/);
  });

  it.each([
    ["tuples", "10"],
    ["frozensets", "1a10"],
    ["slices", "1912"],
  ])("refuses %s in each other without end", (_, hex) => {
    const decode = () => decodeBrine(bytes(hex.repeat(100_000)));
    expect(decode).toThrow(MalformedMessageError);
    expect(decode).toThrow(/nested more than 100 deep/);
  });
});

describe("finding a value's end in a stream", () => {
  it("looks at pieces of one byte", () => {
    const scanner = new BrineScanner();
    const message = encodeBrine(["RPYC", "REGISTER", [["FOO", "x".repeat(300)], 12345]]);
    for (const [index, byte] of message.entries()) {
      expect({ index, complete: scanner.complete }).toEqual({ index, complete: false });
      scanner.push(Uint8Array.of(byte));
    }
    expect(scanner.complete).toBe(true);
  });

  it("leaves what follows the value alone", () => {
    const scanner = new BrineScanner();
    scanner.push(bytes("00f0f0"));
    expect(scanner.complete).toBe(true);
  });

  it("refuses an unknown tag at once", () => {
    expect(() => new BrineScanner().push(bytes("12f0"))).toThrow(MalformedMessageError);
  });
});
