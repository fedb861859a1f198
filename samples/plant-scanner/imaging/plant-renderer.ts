import sharp from "sharp";
import { type Picture, type PictureSize } from "./picture";
import { growPlant, type PlantModel } from "./plant-model";
import { plantSceneSvg } from "./plant-scene";

export interface PlantView extends PictureSize {
  /** The turntable's angle in degrees; any finite number, 360 is 0. */
  readonly angle: number;
  /** What stands on the turntable. Default: the plant of the default seed. */
  readonly plant?: PlantModel;
}

/** A side longer than this (pixels) is a mistake rather than a wish. */
const MAX_SIDE = 8192;

let defaultPlant: PlantModel | undefined;

/**
 * Renders a potted plant on a turntable, as a camera in front of it sees it.
 *
 * @throws RangeError if the angle is not finite, or a side is not a whole number from 1 to 8192.
 */
export async function renderPlant(view: PlantView): Promise<Picture> {
  const { data, info } = await sharp(Buffer.from(renderPlantSvg(view)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { name: `plant at ${view.angle}°`, width: info.width, height: info.height, pixels: data };
}

/** The same view as an SVG document. */
export function renderPlantSvg({ angle, width, height, plant }: PlantView): string {
  if (!Number.isFinite(angle)) throw new RangeError(`The turntable's angle must be a number, not ${angle}`);
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw new RangeError(
        `A picture of ${width} x ${height} pixels cannot be rendered: 1 to ${MAX_SIDE} a side`,
      );
    }
  }
  // Rounded, so that 0.1 + 0.2 turns the plant exactly as far as 0.3, and 360 exactly as far as 0.
  const turn = Math.round((((angle % 360) + 360) % 360) * 1e6) / 1e6;
  return plantSceneSvg(plant ?? (defaultPlant ??= growPlant()), turn % 360, { width, height });
}
