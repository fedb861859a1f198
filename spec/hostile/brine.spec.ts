import fc from "../support/seeded-fast-check";
import { MalformedMessageError } from "../../lib/errors";
import { decodeBrine } from "../../lib/rpyc/brine/decoder";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { BrineScanner } from "../../lib/rpyc/brine/scanner";
import { type BrineValue } from "../../lib/rpyc/brine/values";
import { brineVectors } from "../rpyc/python-literal";
import { pythonValues } from "../rpyc/python-values";

const RUNS = Number(process.env.RIGWIRE_HOSTILE_RUNS ?? 1_000);

const values = pythonValues({ hashable: false });

/** The value, or `undefined` where the bytes are refused as they should be. */
function decodedOrRefused(bytes: Uint8Array): BrineValue | undefined {
  try {
    return decodeBrine(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError);
    return undefined;
  }
}

function endFoundIn(bytes: Uint8Array): boolean | undefined {
  const scanner = new BrineScanner();
  try {
    scanner.push(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError);
    return undefined;
  }
  return scanner.complete;
}

it("gives back every value that it encodes", () => {
  fc.assert(
    fc.property(values, (value) => expect(decodeBrine(encodeBrine(value))).toEqual(value)),
    { numRuns: RUNS },
  );
});

it("decodes any bytes or refuses them as malformed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_500 }), (bytes) => {
      const value = decodedOrRefused(bytes);
      if (value !== undefined) expect(decodeBrine(encodeBrine(value))).toEqual(value);
    }),
    { numRuns: RUNS },
  );
});

it("refuses every value that is cut short, and finds no end in it", () => {
  fc.assert(
    fc.property(values, fc.nat(), (value, at) => {
      const whole = encodeBrine(value);
      const part = whole.subarray(0, at % whole.length);
      expect(decodedOrRefused(part)).toBeUndefined();
      expect(endFoundIn(part)).toBe(false);
    }),
    { numRuns: RUNS },
  );
});

it("survives recorded messages with bytes changed, and finds an end in all that it decodes", () => {
  const recorded = brineVectors().map(({ hex }) => Buffer.from(hex, "hex"));
  const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...recorded),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      (message, changes) => {
        const bytes = Buffer.from(message);
        for (const { at, to } of changes) bytes[at % bytes.length] = to;
        if (decodedOrRefused(bytes) !== undefined) expect(endFoundIn(bytes)).toBe(true);
      },
    ),
    { numRuns: RUNS },
  );
});
