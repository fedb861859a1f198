import sharp from "sharp";
import { basename } from "node:path";
import { type Picture, type PictureSize } from "./picture";

/**
 * Decodes a file of any format that sharp reads. The picture is upright (its EXIF orientation is applied), in sRGB,
 * and transparent parts are white.
 *
 * @param within - A larger picture is reduced to fit, which is much quicker than to decode all of a photograph.
 * @throws Error if the file cannot be read, is not a picture, or ends too early.
 */
export async function decodePictureFile(path: string, within?: PictureSize): Promise<Picture> {
  const upright = sharp(path, { failOn: "error" }).autoOrient();
  const fitted =
    within === undefined ? upright : upright.resize({ ...within, fit: "inside", withoutEnlargement: true });
  const { data, info } = await fitted
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { name: basename(path), width: info.width, height: info.height, pixels: data };
}
