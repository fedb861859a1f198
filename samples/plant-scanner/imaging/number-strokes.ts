/** A point on the glyph's grid: x to the right, y down; a digit is 0.6 wide and 1 high. */
export interface GlyphPoint {
  readonly x: number;
  readonly y: number;
}

/** A pen's strokes, each a line through its points. */
export interface Strokes {
  readonly lines: readonly (readonly GlyphPoint[])[];
  /** The whole text's width where its height is 1. */
  readonly width: number;
}

type Glyph = readonly (readonly GlyphPoint[])[];

const ADVANCE = 0.8;

const GLYPHS: ReadonlyMap<string, Glyph> = new Map<string, Glyph>([
  ["0", [arc(0.3, 0.5, 0.28, 0.5, 0, 360)]],
  ["1", [line(0.1, 0.2, 0.35, 0, 0.35, 1)]],
  ["2", [[...arc(0.3, 0.28, 0.27, 0.28, 190, 400), ...line(0.03, 1, 0.6, 1)]]],
  ["3", [[...arc(0.29, 0.25, 0.25, 0.25, 200, 450), ...arc(0.28, 0.74, 0.29, 0.26, -90, 155)]]],
  ["4", [line(0.46, 1, 0.46, 0, 0, 0.7, 0.62, 0.7)]],
  ["5", [[...line(0.53, 0, 0.12, 0, 0.07, 0.45), ...arc(0.29, 0.68, 0.29, 0.32, -130, 150)]]],
  ["6", [[...line(0.44, 0, 0.08, 0.5), ...arc(0.3, 0.68, 0.28, 0.32, 200, 560)]]],
  ["7", [line(0.02, 0, 0.58, 0, 0.2, 1)]],
  ["8", [arc(0.3, 0.25, 0.24, 0.25, 0, 360), arc(0.3, 0.75, 0.29, 0.25, 0, 360)]],
  ["9", [[...line(0.16, 1, 0.52, 0.5), ...arc(0.3, 0.32, 0.28, 0.32, 20, 380)]]],
  [".", [line(0.3, 0.94, 0.3, 1)]],
  ["-", [line(0.08, 0.55, 0.52, 0.55)]],
  ["°", [arc(0.2, 0.16, 0.16, 0.16, 0, 360)]],
]);

/**
 * Writes a number as strokes. A machine without a display often has no fonts; labels made of strokes look the same
 * everywhere, and can lie on a turntable in perspective.
 *
 * @param text - Digits, `.`, `-` and `°`; any other character leaves a gap.
 */
export function numberStrokes(text: string): Strokes {
  const lines = Array.from(text).flatMap((character, index) =>
    (GLYPHS.get(character) ?? []).map((stroke) =>
      stroke.map((point) => ({ x: point.x + index * ADVANCE, y: point.y })),
    ),
  );
  return { lines, width: Math.max(0, text.length * ADVANCE - (ADVANCE - 0.6)) };
}

/** `x, y, x, y, …` */
function line(...coordinates: readonly number[]): readonly GlyphPoint[] {
  const points: GlyphPoint[] = [];
  for (let index = 0; index + 1 < coordinates.length; index += 2) {
    points.push({ x: coordinates[index] ?? 0, y: coordinates[index + 1] ?? 0 });
  }
  return points;
}

/** Clockwise as seen; 0 degrees is to the right. */
function arc(
  x: number,
  y: number,
  radiusX: number,
  radiusY: number,
  from: number,
  to: number,
): readonly GlyphPoint[] {
  const steps = Math.ceil(Math.abs(to - from) / 15);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const radians = ((from + ((to - from) * step) / steps) * Math.PI) / 180;
    return { x: x + radiusX * Math.cos(radians), y: y + radiusY * Math.sin(radians) };
  });
}
