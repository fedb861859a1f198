import sharp from "sharp";
import { type Picture, type PictureSize } from "./picture";

export type ImageFormat = "jpeg" | "png";

/** Degrees clockwise. */
export type Rotation = 0 | 90 | 180 | 270;

/** How a camera delivers its images. */
export interface ImageSettings {
  readonly format: ImageFormat;
  /** Default 0. */
  readonly rotation?: Rotation;
  /** The largest [width, height] in pixels, of the image as delivered: after its rotation. */
  readonly resolution: readonly [width: number, height: number];
  /** A quarter of the resolution each way, for a quick look. Default false. */
  readonly lowResolution?: boolean;
}

export interface EncodedImage {
  readonly data: Buffer;
  readonly format: ImageFormat;
  readonly rotation: Rotation;
  /** The real [width, height] in pixels of the image in `data`. */
  readonly size: readonly [width: number, height: number];
}

const LOW_RESOLUTION_SHARE = 1 / 4;
/** Visibly the same as the original, at a tenth of a PNG's size. */
const JPEG_QUALITY = 90;
/** Quick: the next level takes twice the time for a few percent. */
const PNG_COMPRESSION_LEVEL = 4;

/**
 * Turns a picture and encodes it.
 *
 * The whole picture is fitted into the resolution with its proportions kept: nothing is cut off, no bars are added,
 * and nothing is enlarged, since invented pixels would pass for measured ones. `size` tells what came of it. Nothing
 * of a photograph's metadata (place, owner) is passed on.
 *
 * @throws RangeError if a side of the resolution is not a whole number from 1.
 */
export async function encodeImage(picture: Picture, settings: ImageSettings): Promise<EncodedImage> {
  const { format, rotation = 0 } = settings;
  const within = captureSize(settings);
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const fitted = sharp(picture.pixels, { raw }).resize({
    ...within,
    fit: "inside",
    withoutEnlargement: true,
  });
  // Two pipelines: within one, sharp would turn before it fits.
  const turned = rotation === 0 ? fitted : await rotated(fitted, rotation);
  const encoder =
    format === "jpeg"
      ? turned.jpeg({ quality: JPEG_QUALITY })
      : turned.png({ compressionLevel: PNG_COMPRESSION_LEVEL });
  const { data, info } = await encoder.toBuffer({ resolveWithObject: true });
  return { data, format, rotation, size: [info.width, info.height] };
}

/** The largest size of picture that the settings can use, before its rotation: what to ask of an `ImageSource`. */
export function captureSize(settings: ImageSettings): PictureSize {
  const [width, height] = settings.resolution.map((side) => {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(
        `A resolution is two whole numbers from 1, not [${settings.resolution.join(", ")}]`,
      );
    }
    return settings.lowResolution === true ? Math.max(1, Math.round(side * LOW_RESOLUTION_SHARE)) : side;
  });
  const delivered = { width: width ?? 1, height: height ?? 1 };
  const liesOnItsSide = settings.rotation === 90 || settings.rotation === 270;
  return liesOnItsSide ? { width: delivered.height, height: delivered.width } : delivered;
}

async function rotated(pipeline: sharp.Sharp, rotation: Rotation): Promise<sharp.Sharp> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return sharp(data, { raw }).rotate(rotation);
}
