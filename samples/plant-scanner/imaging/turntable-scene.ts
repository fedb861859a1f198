import { BLACK, colourOf, type Colour } from "./colour";
import { numberStrokes } from "./number-strokes";
import { seededRandom } from "./seeded-random";
import { type Facet, type Material } from "./surface";
import { toRadians, vector, type Vector3 } from "./vector";

/** The turntable's plate: its top is the plane y = 0, its axis the y axis. Centimetres. */
export const PLATE = { radius: 11.4, thickness: 1.1 } as const;
/** Where the plant stands: the soil in the pot. Centimetres. */
export const SOIL = { height: 7.3, radius: 4.75 } as const;

/** The pot's outline from its inner wall over the rim down to the plate: [radius, height] in centimetres. */
const POT_INSIDE = [
  [4.75, SOIL.height],
  [4.95, 7.9],
] as const;
const POT_OUTSIDE: readonly (readonly [radius: number, height: number])[] = [
  [4.95, 7.9],
  [5.05, 8.02],
  [5.25, 8.02],
  [5.36, 7.9],
  [5.3, 7.0],
  [5.22, 6.35],
  [5.1, 6.28],
  ...potWall(),
];
const POT_SIDES = 72;
/** A paper tag on the pot, so that one sees which way it is turned: [from, to] in degrees and centimetres. */
const TAG = {
  angle: [-25, 25],
  height: [1.9, 5.1],
  bars: [
    [-15, -5],
    [0, 5],
    [10, 15],
  ],
} as const;

const CLAY = matt("#b5684a");
const CLAY_INSIDE = matt("#8a4c36");
const PAPER = matt("#f1ede2");
const INK = matt("#4a4f57");

/** A line drawn on the plate's top. */
export interface PlateMark {
  readonly points: readonly Vector3[];
  /** Width in centimetres. */
  readonly width: number;
  /** The mark of 0 degrees stands out. */
  readonly isZero: boolean;
}

/** The pot's inner wall, to be drawn before the soil. */
export function potInside(): readonly Facet[] {
  return revolve(POT_INSIDE, () => CLAY_INSIDE);
}

/** The pot's outer wall and rim, to be drawn after the soil. */
export function potOutside(): readonly Facet[] {
  return revolve(POT_OUTSIDE, (degrees, height) => {
    const onTag =
      degrees > TAG.angle[0] && degrees < TAG.angle[1] && height > TAG.height[0] && height < TAG.height[1];
    if (!onTag) return CLAY;
    const onBar = TAG.bars.some(([from, to]) => degrees > from && degrees < to);
    return onBar && height > 2.8 && height < 4.6 ? INK : PAPER;
  });
}

/** The soil: small facets, each of its own shade of brown, a little uneven. */
export function soil(): readonly Facet[] {
  const random = seededRandom(3);
  const rings = 11;
  const sides = 38;
  const heights = Array.from({ length: (rings + 1) * sides }, () => SOIL.height + random.around(0, 0.1));
  const corner = (ring: number, side: number): Vector3 => {
    const turn = (2 * Math.PI * side) / sides;
    const radius = (SOIL.radius * ring) / rings;
    const height = heights[ring * sides + (side % sides)] ?? SOIL.height;
    return vector(radius * Math.cos(turn), height, radius * Math.sin(turn));
  };
  return Array.from({ length: rings * sides }, (_, index) => {
    const ring = Math.floor(index / sides);
    const side = index % sides;
    const lightness = random.between(0.7, 1.35);
    const brown = colourOf("#5a4334");
    const colour: Colour = {
      red: brown.red * lightness,
      green: brown.green * lightness,
      blue: brown.blue * lightness,
    };
    return {
      corners: [
        corner(ring, side),
        corner(ring, side + 1),
        corner(ring + 1, side + 1),
        corner(ring + 1, side),
      ],
      material: { colour, through: BLACK, gloss: 0, twoSided: true },
    };
  });
}

/** The degree scale on the plate: a tick every 5 degrees, a number every 30, a pointer at 0. */
export function plateMarks(): readonly PlateMark[] {
  const marks: PlateMark[] = [];
  for (let degrees = 0; degrees < 360; degrees += 5) {
    const isLong = degrees % 30 === 0;
    const inner = PLATE.radius - (isLong ? 1.15 : degrees % 10 === 0 ? 0.8 : 0.6);
    marks.push({
      points: [onPlate(degrees, inner), onPlate(degrees, PLATE.radius - 0.3)],
      width: isLong ? 0.11 : 0.06,
      isZero: degrees === 0,
    });
    if (isLong) marks.push(...plateNumber(degrees));
  }
  return marks;
}

/** The number of a mark, written to be read from outside the plate. */
function plateNumber(degrees: number): readonly PlateMark[] {
  const height = 0.95;
  const outer = PLATE.radius - 1.5;
  const { lines, width } = numberStrokes(String(degrees));
  return lines.map((points) => ({
    points: points.map(({ x, y }) => {
      const across = (x - width / 2) * height;
      const radius = outer - (1 - y) * height;
      return onPlate(degrees + (across / outer) * (180 / Math.PI), radius);
    }),
    width: 0.11,
    isZero: degrees === 0,
  }));
}

/** 0 degrees is in front; degrees grow counter-clockwise from above, so that they count up to the viewer's right. */
function onPlate(degrees: number, radius: number): Vector3 {
  const turn = toRadians(degrees);
  return vector(radius * Math.sin(turn), 0, radius * Math.cos(turn));
}

function revolve(
  outline: readonly (readonly [radius: number, height: number])[],
  materialAt: (degrees: number, height: number) => Material,
): readonly Facet[] {
  return outline.slice(1).flatMap(([lowRadius, low], index) => {
    const [highRadius, high] = outline[index] ?? [lowRadius, low];
    return Array.from({ length: POT_SIDES }, (_, side): Facet => {
      const from = (360 * side) / POT_SIDES - 180;
      const to = from + 360 / POT_SIDES;
      const at = (degrees: number, radius: number, height: number): Vector3 => ({
        ...onPlate(degrees, radius),
        y: height,
      });
      return {
        corners: [
          at(from, lowRadius, low),
          at(to, lowRadius, low),
          at(to, highRadius, high),
          at(from, highRadius, high),
        ],
        material: materialAt((from + to) / 2, (low + high) / 2),
      };
    });
  });
}

/** Below the rim the wall narrows evenly; it is cut finely enough for the tag. */
function potWall(): readonly (readonly [radius: number, height: number])[] {
  const steps = 8;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    return [4.88 - 1.2 * share, 6.2 - 6.2 * share] as const;
  });
}

function matt(hex: string): Material {
  return { colour: colourOf(hex), through: BLACK, gloss: 0.03, twoSided: false };
}

/** The pot in few facets: enough for its shadow. */
export function potShadowCaster(): readonly Facet[] {
  const disc = (radius: number, height: number): Facet => ({
    corners: Array.from({ length: POT_SIDES }, (_, side) => ({
      ...onPlate((360 * side) / POT_SIDES, radius),
      y: height,
    })),
    material: CLAY,
  });
  const wall: readonly (readonly [number, number])[] = [
    [5.3, 7.9],
    [3.68, 0],
  ];
  return [disc(5.3, 7.9), disc(3.68, 0), ...revolve(wall, () => CLAY)];
}
