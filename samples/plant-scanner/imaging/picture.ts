/** A decoded picture: rows from the top, three bytes (red, green, blue; sRGB) a pixel. */
export interface Picture {
  /** Where it comes from, for messages and labels: a file's name, or what was rendered. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** `width` × `height` × 3 bytes. */
  readonly pixels: Buffer;
}

/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}
