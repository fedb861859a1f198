import { type Picture, type PictureSize } from "./picture";

/** Where a camera's pictures come from. */
export interface ImageSource {
  /**
   * Takes the next picture.
   *
   * @param within - The picture is no larger than this (pixels), upright and with its proportions kept.
   */
  next(within: PictureSize): Promise<Picture>;
}
