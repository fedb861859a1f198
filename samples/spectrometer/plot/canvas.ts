import { eachDot, GLYPH_HEIGHT, GLYPH_WIDTH } from "./bitmap-font";
import { encodePng } from "./png";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A point in pixels, from the top left. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

interface TextOptions {
  readonly colour: Colour;
  /** Pixels of a dot. Default 2. */
  readonly scale?: number;
  /** What of the text stands at its point, each way: 0 its beginning, 1 its end. Default 0. */
  readonly anchor?: readonly [across: number, down: number];
  /** Whether it is read from below. Default false. */
  readonly upright?: boolean;
}

/** A picture to draw on. */
export class Canvas {
  private readonly pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
    background: Colour,
  ) {
    this.pixels = new Uint8Array(width * height * 3);
    this.fill(0, 0, width, height, background);
  }

  fill(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) this.blend(column, row, colour, 1);
    }
  }

  /** A line through points, with smooth edges. */
  polyline(points: readonly Point[], thickness: number, colour: Colour): void {
    // A pixel that several pieces touch is covered as the one nearest to it says: else the joints would be darker.
    const covered = new Map<number, number>();
    for (const [index, end] of points.entries()) {
      const start = points[index - 1];
      if (start !== undefined) this.cover(covered, start, end, thickness / 2);
    }
    for (const [pixel, share] of covered) {
      this.blend(pixel % this.width, Math.floor(pixel / this.width), colour, share);
    }
  }

  text(
    text: string,
    { x, y }: Point,
    { colour, scale = 2, anchor: [across, down] = [0, 0], upright = false }: TextOptions,
  ): void {
    const length = (text.length * (GLYPH_WIDTH + 1) - 1) * scale;
    const left = Math.round(-length * across);
    const top = Math.round(-GLYPH_HEIGHT * scale * down);
    Array.from(text).forEach((character, index) => {
      eachDot(character, (column, row) => {
        const along = left + (index * (GLYPH_WIDTH + 1) + column) * scale;
        const below = top + row * scale;
        if (upright) this.fill(x + below, y - along - scale, scale, scale, colour);
        else this.fill(x + along, y + below, scale, scale, colour);
      });
    });
  }

  toPng(): Buffer {
    return encodePng(this.pixels, this.width, this.height);
  }

  private cover(covered: Map<number, number>, start: Point, end: Point, radius: number): void {
    const reach = radius + 1;
    const [dx, dy] = [end.x - start.x, end.y - start.y];
    const lengthSquared = dx ** 2 + dy ** 2;
    for (let y = Math.floor(Math.min(start.y, end.y) - reach); y <= Math.max(start.y, end.y) + reach; y++) {
      for (let x = Math.floor(Math.min(start.x, end.x) - reach); x <= Math.max(start.x, end.x) + reach; x++) {
        if (x < 0 || y < 0 || x >= this.width || y >= this.height) continue;
        const along = lengthSquared === 0 ? 0 : ((x - start.x) * dx + (y - start.y) * dy) / lengthSquared;
        const nearest = Math.min(Math.max(along, 0), 1);
        const distance = Math.hypot(x - start.x - nearest * dx, y - start.y - nearest * dy);
        const share = Math.min(Math.max(radius + 0.5 - distance, 0), 1);
        const pixel = y * this.width + x;
        if (share > (covered.get(pixel) ?? 0)) covered.set(pixel, share);
      }
    }
  }

  private blend(x: number, y: number, colour: Colour, share: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    colour.forEach((value, channel) => {
      const before = this.pixels[at + channel] ?? 0;
      this.pixels[at + channel] = Math.round(before + (value - before) * share);
    });
  }
}
