import sharp from "sharp";
import {
  captureSize,
  encodeImage,
  type ImageFormat,
  type Rotation,
} from "../../../samples/plant-scanner/imaging/image-encoding";
import { cornersOf, fourCorners, UPRIGHT } from "./four-corners";

const ROTATED: readonly (readonly [Rotation, readonly string[]])[] = [
  [0, UPRIGHT],
  [90, ["white", "red", "green", "blue"]],
  [180, ["blue", "white", "red", "green"]],
  [270, ["green", "blue", "white", "red"]],
];

describe("an encoded image", () => {
  it.each<ImageFormat>(["jpeg", "png"])("is a %s file", async (format) => {
    const image = await encodeImage(fourCorners(40, 20), { format, resolution: [40, 20] });

    expect([image.format, (await sharp(image.data).metadata()).format]).toEqual([format, format]);
  });

  it("is the picture itself, bit for bit, as a PNG of full resolution", async () => {
    const picture = fourCorners(40, 20);

    const image = await encodeImage(picture, { format: "png", resolution: [40, 20] });

    expect((await sharp(image.data).raw().toBuffer()).equals(picture.pixels)).toBe(true);
  });

  it.each(ROTATED)("is turned clockwise by %d degrees", async (rotation, corners) => {
    const image = await encodeImage(fourCorners(40, 20), { format: "png", rotation, resolution: [100, 100] });

    expect(await cornersOf(image.data)).toEqual(corners);
  });

  it.each<[Rotation, [number, number]]>([
    [0, [40, 20]],
    [90, [20, 40]],
    [180, [40, 20]],
    [270, [20, 40]],
  ])("tells its real size when turned by %d degrees", async (rotation, size) => {
    const image = await encodeImage(fourCorners(40, 20), {
      format: "jpeg",
      rotation,
      resolution: [100, 100],
    });

    const { width, height } = await sharp(image.data).metadata();
    expect([image.size, [width, height]]).toEqual([size, size]);
  });

  it.each<[string, [number, number], [number, number]]>([
    ["wide", [20, 100], [20, 10]],
    ["high", [100, 10], [20, 10]],
    ["wide and high", [10, 6], [10, 5]],
  ])("is fitted whole into a resolution for which it is too %s", async (_, resolution, size) => {
    const image = await encodeImage(fourCorners(40, 20), { format: "png", resolution });

    expect([image.size, await cornersOf(image.data)]).toEqual([size, UPRIGHT]);
  });

  it("is never enlarged", async () => {
    const image = await encodeImage(fourCorners(40, 20), { format: "png", resolution: [4000, 4000] });

    expect(image.size).toEqual([40, 20]);
  });

  it("keeps to the resolution after its rotation", async () => {
    const image = await encodeImage(fourCorners(40, 20), {
      format: "png",
      rotation: 90,
      resolution: [10, 20],
    });

    expect(image.size).toEqual([10, 20]);
  });

  it("has a quarter of the resolution each way in low resolution", async () => {
    const settings = { format: "jpeg", resolution: [40, 20], lowResolution: true } as const;

    const image = await encodeImage(fourCorners(40, 20), settings);

    expect(image.size).toEqual([10, 5]);
  });

  it.each([
    [0, -5],
    [10.5, 10],
    [Number.NaN, 10],
  ])("refuses the resolution [%d, %d]", async (width, height) => {
    const encoding = encodeImage(fourCorners(4, 2), { format: "png", resolution: [width, height] });

    await expect(encoding).rejects.toThrow(/whole numbers from 1/);
  });
});

describe("the size to capture", () => {
  it.each<[Rotation, { width: number; height: number }]>([
    [0, { width: 1080, height: 1920 }],
    [90, { width: 1920, height: 1080 }],
    [180, { width: 1080, height: 1920 }],
    [270, { width: 1920, height: 1080 }],
  ])("fills the resolution once turned by %d degrees", (rotation, size) => {
    expect(captureSize({ format: "jpeg", rotation, resolution: [1080, 1920] })).toEqual(size);
  });

  it("is at least one pixel in low resolution", () => {
    const size = captureSize({ format: "jpeg", resolution: [1, 2], lowResolution: true });

    expect(size).toEqual({ width: 1, height: 1 });
  });
});
