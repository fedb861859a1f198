import { numberStrokes } from "../../../samples/plant-scanner/imaging/number-strokes";

describe("a number written in strokes", () => {
  it.each(Array.from("0123456789.-°"))("has the character %s, within its place", (character) => {
    const { lines, width } = numberStrokes(character);

    const points = lines.flat();
    expect(points.length).toBeGreaterThan(1);
    for (const { x, y } of points) {
      expect(x).toBeGreaterThanOrEqual(-0.05);
      expect(x).toBeLessThanOrEqual(width + 0.05);
      expect(y).toBeGreaterThanOrEqual(-0.05);
      expect(y).toBeLessThanOrEqual(1.05);
    }
  });

  it("gets wider with each character", () => {
    expect(numberStrokes("120").width).toBeGreaterThan(numberStrokes("12").width);
  });

  it("leaves a gap for a character it does not have", () => {
    expect(numberStrokes("x").lines).toEqual([]);
  });
});
