import { growPlant } from "../../../samples/plant-scanner/imaging/plant-model";

describe("a plant", () => {
  it("grows the same from the same seed", () => {
    expect(growPlant(3)).toEqual(growPlant(3));
  });

  it("grows differently from another seed", () => {
    expect(growPlant(3)).not.toEqual(growPlant(4));
  });

  it.each([1, 2, 3, 7, 4_294_967_297])(
    "of seed %d has leaves, flowers, pods, and fits the picture",
    (seed) => {
      const plant = growPlant(seed);

      const organs = new Set([
        ...plant.blades.map(({ kind }) => kind),
        ...plant.tubes.map(({ tissue }) => tissue),
      ]);
      expect([...organs].sort()).toEqual(
        ["bud", "cauline", "petal", "pod", "rosette", "sepal", "stamen", "stem"].sort(),
      );
      expect(plant.height).toBeGreaterThan(15);
      expect(plant.height).toBeLessThan(30);
    },
  );

  it("gets thinner from its foot to its tips", () => {
    const { tubes } = growPlant();

    const stems = tubes.filter(({ tissue }) => tissue === "stem");
    expect(stems.every(({ startRadius, endRadius }) => endRadius > 0 && endRadius <= startRadius)).toBe(true);
  });
});
