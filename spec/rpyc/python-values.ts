import fc from "../support/seeded-fast-check";
import {
  ELLIPSIS,
  NOT_IMPLEMENTED,
  PyComplex,
  PyFloat,
  PySlice,
  type BrineValue,
} from "../../lib/rpyc/brine/values";

/**
 * Values of every type that brine carries.
 *
 * @param hashable - Only such sets as Python can make: of integers of which no two are equal.
 */
export function pythonValues({ hashable }: { readonly hashable: boolean }): fc.Arbitrary<BrineValue> {
  return fc.letrec<{ value: BrineValue; tuple: BrineValue[] }>((tie) => ({
    tuple: fc.array(tie("value"), { maxLength: 6 }),
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<BrineValue[]>(null, true, false, ELLIPSIS, NOT_IMPLEMENTED),
      fc.maxSafeInteger(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 2000n }),
      fc.string({ unit: "binary" }),
      fc.uint8Array({ maxLength: 300 }),
      fc.double().map((value) => new PyFloat(value)),
      fc.tuple(fc.double(), fc.double()).map(([real, imag]) => new PyComplex(real, imag)),
      tie("tuple"),
      (hashable ? fc.array(fc.maxSafeInteger()) : tie("tuple")).map((items) => new Set<BrineValue>(items)),
      fc.tuple(tie("value"), tie("value"), tie("value")).map((members) => new PySlice(...members)),
    ),
  })).value;
}
