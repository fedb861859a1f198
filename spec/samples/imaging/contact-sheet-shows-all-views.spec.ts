import sharp from "sharp";
import { contactSheet, type ScanView } from "../../../samples/plant-scanner/imaging/contact-sheet";
import { fourCornersFile } from "./four-corners";

describe("a contact sheet", () => {
  it("has the width asked for, and tells its real size", async () => {
    const sheet = await contactSheet(await views(5), { width: 333 });

    const { width, height } = await sharp(sheet.data).metadata();
    expect([sheet.size[0], sheet.size]).toEqual([333, [width, height]]);
  });

  it.each(["jpeg", "png"] as const)("is a %s file if asked", async (format) => {
    const sheet = await contactSheet(await views(1), { width: 100, format });

    expect((await sharp(sheet.data).metadata()).format).toBe(format);
  });

  it("is a JPEG file if nothing is asked", async () => {
    const sheet = await contactSheet(await views(1));

    expect((await sharp(sheet.data).metadata()).format).toBe("jpeg");
  });

  it.each([1, 2, 7, 12, 30])("shows each of %d views", async (count) => {
    const sheet = await contactSheet(await views(count), { width: 480, format: "png" });

    expect(await fieldsOf(sheet.data)).toBe(count);
  });

  it("has the proportions of a screen, roughly, for twelve portraits", async () => {
    const { size } = await contactSheet(await views(12, { width: 18, height: 32 }), { width: 480 });

    expect(size[0] / size[1]).toBeGreaterThan(1.3);
    expect(size[0] / size[1]).toBeLessThan(2.2);
  });

  it("differs in a label only where the angle differs", async () => {
    const image = await fourCornersFile("png");

    const one = await contactSheet([{ angle: 0, image }], { width: 100, format: "png" });
    const other = await contactSheet([{ angle: 90, image }], { width: 100, format: "png" });

    const firstChange = await firstChangedRow(one.data, other.data);
    expect(firstChange).toBeGreaterThan(50);
  });

  it("holds images of different sizes and formats", async () => {
    const sheet = await contactSheet(
      [
        { angle: 0, image: await fourCornersFile("png", { width: 40, height: 20 }) },
        { angle: 90, image: await fourCornersFile("jpeg", { width: 20, height: 40 }) },
      ],
      { width: 300, format: "png" },
    );

    expect(await fieldsOf(sheet.data)).toBe(2);
  });

  it("is refused without a view", async () => {
    await expect(contactSheet([])).rejects.toThrow(/at least one view/);
  });

  it("names the view that cannot be decoded", async () => {
    const broken = { angle: 30, image: Buffer.from("not a picture") };

    await expect(contactSheet([...(await views(1)), broken])).rejects.toThrow(
      "The view at 30° cannot be decoded",
    );
  });
});

async function views(count: number, size = { width: 20, height: 20 }): Promise<readonly ScanView[]> {
  const image = await fourCornersFile("png", size);
  return Array.from({ length: count }, (_, index) => ({ angle: index * 10, image }));
}

interface RawPicture {
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

async function decode(image: Buffer): Promise<RawPicture> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

/** How many separate red fields there are: each view has one. */
async function fieldsOf(image: Buffer): Promise<number> {
  const { pixels, width, height } = await decode(image);
  const isRed = (x: number, y: number): boolean => {
    if (x < 0 || y < 0) return false;
    const [red = 0, green = 0, blue = 0] = pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3);
    return red > 200 && green < 60 && blue < 60;
  };
  let upperLeftCorners = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isRed(x, y) && !isRed(x - 1, y) && !isRed(x, y - 1)) upperLeftCorners++;
    }
  }
  return upperLeftCorners;
}

async function firstChangedRow(one: Buffer, other: Buffer): Promise<number> {
  const before = await decode(one);
  const after = await decode(other);
  const byte = before.pixels.findIndex((value, index) => value !== after.pixels[index]);
  return Math.floor(byte / 3 / before.width);
}
