import sharp from "sharp";
import { type Picture } from "../../../samples/plant-scanner/imaging/picture";

/** Colours of the corners of a picture, clockwise from the upper left. */
export type CornerColours = readonly [string, string, string, string];

/** What `fourCorners` shows. */
export const UPRIGHT: CornerColours = ["red", "green", "blue", "white"];

const COLOURS = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const;

/** A picture of four equal fields in different colours, which tells how it was turned. */
export function fourCorners(width: number, height: number): Picture {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const upper = y < height / 2;
      const left = x < width / 2;
      const colour = upper ? (left ? COLOURS.red : COLOURS.green) : left ? COLOURS.white : COLOURS.blue;
      pixels.set(colour, (y * width + x) * 3);
    }
  }
  return { name: "four corners", width, height, pixels };
}

/** The same as a file's content, with an EXIF orientation if one is given. */
export async function fourCornersFile(
  format: "jpeg" | "png" | "webp" | "tiff",
  options: { readonly width?: number; readonly height?: number; readonly orientation?: number } = {},
): Promise<Buffer> {
  const { width = 40, height = 20, orientation } = options;
  const { pixels } = fourCorners(width, height);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } }).toFormat(format);
  return (orientation === undefined ? image : image.withMetadata({ orientation })).toBuffer();
}

/** Names the colours that are found near the corners of an encoded or a raw picture. */
export async function cornersOf(image: Buffer | Picture): Promise<CornerColours> {
  const { pixels, width, height } = Buffer.isBuffer(image) ? await decode(image) : image;
  const at = (x: number, y: number): string => {
    const start = (Math.round(y * (height - 1)) * width + Math.round(x * (width - 1))) * 3;
    return nearestColour(pixels.subarray(start, start + 3));
  };
  return [at(0.15, 0.15), at(0.85, 0.15), at(0.85, 0.85), at(0.15, 0.85)];
}

async function decode(image: Buffer): Promise<Omit<Picture, "name">> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

function nearestColour(pixel: Uint8Array): string {
  const distances = Object.entries(COLOURS).map(([name, colour]) => ({
    name,
    distance: colour.reduce<number>((sum, value, index) => sum + Math.abs(value - (pixel[index] ?? 0)), 0),
  }));
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).name;
}
