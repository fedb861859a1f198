import { type Picture } from "../../../samples/plant-scanner/imaging/picture";
import { growPlant } from "../../../samples/plant-scanner/imaging/plant-model";
import { renderPlant } from "../../../samples/plant-scanner/imaging/plant-renderer";

const SIZE = { width: 90, height: 160 };

describe("the rendered plant", () => {
  it("has the size asked for, three bytes a pixel", async () => {
    const picture = await renderPlant({ angle: 0, width: 120, height: 70 });

    expect([picture.width, picture.height, picture.pixels.length]).toEqual([120, 70, 120 * 70 * 3]);
  });

  it.each([
    [0, 360],
    [30, -330],
    [0.3, 0.1 + 0.2],
  ])("looks the same at %d and %d degrees", async (angle, same) => {
    const one = await viewAt(angle);
    const other = await viewAt(same);

    expect(one.pixels.equals(other.pixels)).toBe(true);
  });

  it.each([
    [0, 30],
    [0, 180],
    [30, 180],
  ])("looks different at %d and %d degrees", async (angle, other) => {
    const share = await changedShare(angle, other);

    expect(share).toBeGreaterThan(0.05);
  });

  it("changes more the farther it turns", async () => {
    expect(await changedShare(0, 3)).toBeLessThan(await changedShare(0, 30));
  });

  it("shows the plant it is given", async () => {
    const one = await renderPlant({ ...SIZE, angle: 0, plant: growPlant(1) });
    const other = await renderPlant({ ...SIZE, angle: 0, plant: growPlant(2) });

    expect(one.pixels.equals(other.pixels)).toBe(false);
  });

  it("is green where the leaves are", async () => {
    const picture = await viewAt(0);

    expect(greenShare(picture)).toBeGreaterThan(0.04);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses the angle %d", async (angle) => {
    await expect(renderPlant({ ...SIZE, angle })).rejects.toThrow(RangeError);
  });

  it.each([0, -1, 10.5, 100_000])("refuses a picture %d pixels wide", async (width) => {
    await expect(renderPlant({ angle: 0, width, height: 10 })).rejects.toThrow(/cannot be rendered/);
  });
});

const rendered = new Map<number, Promise<Picture>>();

/** Each view is rendered once for all tests; views of equal angles are still rendered each for itself. */
function viewAt(angle: number): Promise<Picture> {
  const view = rendered.get(angle) ?? renderPlant({ ...SIZE, angle });
  rendered.set(angle, view);
  return view;
}

async function changedShare(angle: number, otherAngle: number): Promise<number> {
  const one = await viewAt(angle);
  const other = await viewAt(otherAngle);
  const changed = one.pixels.filter((value, index) => Math.abs(value - (other.pixels[index] ?? 0)) > 24);
  return changed.length / one.pixels.length;
}

function greenShare({ pixels, width, height }: Picture): number {
  let green = 0;
  for (let index = 0; index < pixels.length; index += 3) {
    const [red = 0, greenness = 0, blue = 0] = pixels.subarray(index, index + 3);
    if (greenness > red * 1.15 && greenness > blue * 1.5) green++;
  }
  return green / (width * height);
}
