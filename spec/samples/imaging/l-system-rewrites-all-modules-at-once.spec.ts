import { rewrite } from "../../../samples/plant-scanner/imaging/l-system";

interface Alga {
  readonly symbol: "a" | "b";
}

/** Lindenmayer's alga: its lengths are the Fibonacci numbers. */
function alga({ symbol }: Alga): readonly Alga[] {
  return symbol === "a" ? [{ symbol: "a" }, { symbol: "b" }] : [{ symbol: "a" }];
}

describe("an L-system", () => {
  it.each([
    [0, "a"],
    [1, "ab"],
    [2, "aba"],
    [3, "abaab"],
    [5, "abaababaabaab"],
  ])("rewrites every module at once, %d times", (steps, expected) => {
    const word = rewrite<Alga>([{ symbol: "a" }], alga, steps);

    expect(word.map(({ symbol }) => symbol).join("")).toBe(expected);
  });
});
