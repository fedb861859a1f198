import sharp from "sharp";

/**
 * An encoded image, turned as its reader is to see it.
 *
 * @param degrees - Clockwise.
 */
export async function turned(image: Uint8Array, degrees: number): Promise<Uint8Array> {
  return degrees === 0 ? image : sharp(image).rotate(degrees).toBuffer();
}
