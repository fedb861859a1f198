import { colourOf, mix, multiply, type Colour } from "./colour";
import { type BladeKind } from "./plant-grammar";
import { type Blade } from "./plant-model";
import { type Facet, type Material } from "./surface";
import { add, along, cross, rotateAround, scale, toRadians, type Vector3 } from "./vector";

/** How a kind of blade is cut into facets, outlined and coloured. */
interface BladeStyle {
  readonly steps: number;
  /** Where the blade is cut lengthwise: -1 is its left edge, 0 the midrib, 1 the right edge. */
  readonly columns: readonly number[];
  /** Half the width at `t` (0 at the base, 1 at the tip), as a share of the greatest. */
  readonly outline: (t: number) => number;
  readonly young: Colour;
  readonly old: Colour;
  readonly midrib: Colour;
  /** What of its own colour shines through from behind; a leaf lets through more yellow than it reflects. */
  readonly through: Colour;
  readonly gloss: number;
  /** Height of the waves of its edge, as a share of the width. */
  readonly waviness: number;
}

const LEAF = {
  young: colourOf("#8db24e"),
  old: colourOf("#4b7a35"),
  midrib: colourOf("#b3c987"),
  through: colourOf("#cfc07a"),
  gloss: 0.22,
};

const STYLES: Readonly<Record<BladeKind, BladeStyle>> = {
  rosette: {
    ...LEAF,
    steps: 15,
    columns: [-1, -0.72, -0.38, -0.06, 0.06, 0.38, 0.72, 1],
    outline: (t) => {
      const blade = 0.15 + 0.85 * smoothStep(0.18, 0.62, t);
      return blade * roundedTip(0.6, t) * (1 + 0.045 * Math.sin(t * 26));
    },
    waviness: 0.16,
  },
  cauline: {
    ...LEAF,
    steps: 12,
    columns: [-1, -0.5, -0.07, 0.07, 0.5, 1],
    outline: (t) => Math.max(0.12 * (1 - t), Math.sin(Math.PI * t ** 0.72)),
    waviness: 0.1,
  },
  petal: {
    steps: 5,
    columns: [-1, -0.4, 0.4, 1],
    outline: (t) => (0.22 + 0.78 * smoothStep(0.1, 0.75, t)) * roundedTip(0.7, t),
    young: colourOf("#f6f4f2"),
    old: colourOf("#f6f4f2"),
    midrib: colourOf("#eeeee2"),
    through: colourOf("#e6e6ea"),
    gloss: 0.05,
    waviness: 0.04,
  },
  sepal: {
    ...LEAF,
    steps: 3,
    columns: [-1, 0, 1],
    outline: (t) => 0.5 * (1 - t) + Math.sin(Math.PI * t) * 0.7,
    waviness: 0,
  },
};

/** The blade's curved face as facets; their outside is its upper face. */
export function bladeFacets(blade: Blade): readonly Facet[] {
  const style = STYLES[blade.kind];
  const rows = bladeRows(blade, style);
  const lamina = material(style, mix(style.young, style.old, blade.age));
  const midrib = material(style, mix(lamina.colour, style.midrib, 0.6));

  return rows.slice(1).flatMap((row, index) => {
    const before = rows[index] ?? row;
    return row.slice(1).map((_, column): Facet => {
      const corners = [before[column + 1], before[column], row[column], row[column + 1]];
      const isMidrib = Math.abs((style.columns[column] ?? 1) + (style.columns[column + 1] ?? 1)) < 0.01;
      return {
        corners: corners.filter((corner) => corner !== undefined),
        material: isMidrib ? midrib : lamina,
      };
    });
  });
}

/** Points across the blade, one row for each step from its base to its tip. */
function bladeRows(blade: Blade, style: BladeStyle): readonly (readonly Vector3[])[] {
  const fold = toRadians(blade.fold);
  const rows: Vector3[][] = [];
  let spine = blade.base;
  let before = 0;
  for (let step = 0; step <= style.steps; step++) {
    const t = stepPosition(step / style.steps);
    const heading = rotateAround(blade.heading, blade.left, toRadians(blade.bend) * t);
    spine = along(spine, heading, (t - before) * blade.length);
    before = t;
    const up = cross(heading, blade.left);
    const halfWidth = (blade.width / 2) * style.outline(t);
    rows.push(
      style.columns.map((column) => {
        const wave = style.waviness * Math.sin(t * 11 + blade.wave + (column > 0 ? 1.9 : 0)) * column ** 2;
        const lift = Math.abs(column) * Math.sin(fold) + wave;
        const offset = add(scale(blade.left, column * Math.cos(fold)), scale(up, lift));
        return along(spine, offset, halfWidth);
      }),
    );
  }
  return rows;
}

/** Steps get shorter towards the tip, where the outline turns. */
function stepPosition(s: number): number {
  return 0.45 * s + 0.55 * Math.sin((s * Math.PI) / 2);
}

function smoothStep(from: number, to: number, t: number): number {
  const share = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return share * share * (3 - 2 * share);
}

/** 1 up to `from`, then an ellipse down to 0 at the tip. */
function roundedTip(from: number, t: number): number {
  return t <= from ? 1 : Math.sqrt(Math.max(0, 1 - ((t - from) / (1 - from)) ** 2));
}

function material(style: BladeStyle, colour: Colour): Material {
  return { colour, through: multiply(colour, style.through), gloss: style.gloss, twoSided: true };
}
