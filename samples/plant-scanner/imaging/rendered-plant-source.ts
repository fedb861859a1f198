import { type ImageSource } from "./image-source";
import { type Picture, type PictureSize } from "./picture";
import { type PlantModel } from "./plant-model";
import { renderPlant } from "./plant-renderer";

export interface RenderedPlantOptions {
  /** Asked for each picture: the turntable's present angle in degrees. If it fails, so does the picture. */
  readonly angle: () => number | Promise<number>;
  /** Default: the plant of the default seed. */
  readonly plant?: PlantModel;
}

/** Pictures of a plant that exists in the computer only, on a turntable that may be real. */
export class RenderedPlantSource implements ImageSource {
  constructor(private readonly options: RenderedPlantOptions) {}

  async next(within: PictureSize): Promise<Picture> {
    const { angle, ...plant } = this.options;
    return renderPlant({ ...plant, ...within, angle: await angle() });
  }
}
