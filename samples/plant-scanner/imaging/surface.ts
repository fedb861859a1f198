import { type Colour } from "./colour";
import { cross, normalize, subtract, type Vector3 } from "./vector";

/** What a surface does with light. */
export interface Material {
  readonly colour: Colour;
  /** What it lets through of the light from behind; black for a solid. */
  readonly through: Colour;
  /** Strength of its highlight, 0 to 1. */
  readonly gloss: number;
  /** True for thin things seen from both sides; a solid's far side is never seen. */
  readonly twoSided: boolean;
}

/** A small flat piece of a surface: three or four corners, counter-clockwise for who sees its outside. */
export interface Facet {
  readonly corners: readonly Vector3[];
  readonly material: Material;
}

/** The direction a facet's outside looks in; robust where two of its corners coincide. */
export function normalOf({ corners }: Facet): Vector3 {
  const [a, b, c, d] = corners;
  if (a === undefined || b === undefined || c === undefined) return { x: 0, y: 1, z: 0 };
  return normalize(cross(subtract(c, a), subtract(d ?? c, b)));
}
