import { growPlant } from "../../../samples/plant-scanner/imaging/plant-model";
import { renderPlant } from "../../../samples/plant-scanner/imaging/plant-renderer";
import { RenderedPlantSource } from "../../../samples/plant-scanner/imaging/rendered-plant-source";

const SIZE = { width: 54, height: 96 };

describe("a source of rendered pictures", () => {
  it("asks for the turntable's angle anew for each picture", async () => {
    const angles = [40, 200];
    const source = new RenderedPlantSource({ angle: () => angles.shift() ?? 0 });

    const pictures = [await source.next(SIZE), await source.next(SIZE)];

    expect(pictures).toEqual([
      await renderPlant({ ...SIZE, angle: 40 }),
      await renderPlant({ ...SIZE, angle: 200 }),
    ]);
  });

  it("waits for an angle that comes from afar", async () => {
    const source = new RenderedPlantSource({ angle: () => Promise.resolve(90) });

    expect((await source.next(SIZE)).name).toBe("plant at 90°");
  });

  it("fails as the turntable fails", async () => {
    const source = new RenderedPlantSource({ angle: () => Promise.reject(new Error("no turntable")) });

    await expect(source.next(SIZE)).rejects.toThrow("no turntable");
  });

  it("renders the plant it was given", async () => {
    const plant = growPlant(11);
    const source = new RenderedPlantSource({ angle: () => 0, plant });

    expect(await source.next(SIZE)).toEqual(await renderPlant({ ...SIZE, angle: 0, plant }));
  });
});
