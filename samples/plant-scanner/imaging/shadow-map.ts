import { type Facet } from "./surface";
import { cross, dot, normalize, vector, type Vector3 } from "./vector";

const CELL_CM = 0.16;
const HALF_EXTENT_CM = 30;
const CELLS = Math.ceil((2 * HALF_EXTENT_CM) / CELL_CM);
/** A surface does not shade what lies this little behind it: itself and its neighbours. */
const BIAS_CM = 0.3;

/** Tells what light from one direction reaches: for each ray, how near to the light the first surface is. */
export interface ShadowMap {
  /**
   * @param softnessCm - Radius of the area asked around `point`; the greater, the softer the shadow.
   * @returns The share of the light that reaches the point, 0 (shade) to 1.
   */
  lightAt(point: Vector3, softnessCm: number): number;
}

/** A point as the light sees it: its cell (with fractions), and how near to the light it is (centimetres). */
interface LightPoint {
  readonly column: number;
  readonly row: number;
  readonly height: number;
}

/**
 * @param centre - Middle of the mapped area, which reaches 30 cm to each side.
 * @param towardsLight - Direction of the light, of length 1.
 */
export function shadowMap(facets: readonly Facet[], centre: Vector3, towardsLight: Vector3): ShadowMap {
  const across = normalize(cross(vector(0, 0.6, 0.8), towardsLight));
  const along = cross(towardsLight, across);
  const corner = { column: dot(centre, across) - HALF_EXTENT_CM, row: dot(centre, along) - HALF_EXTENT_CM };
  const seenByLight = (point: Vector3): LightPoint => ({
    column: (dot(point, across) - corner.column) / CELL_CM,
    row: (dot(point, along) - corner.row) / CELL_CM,
    height: dot(point, towardsLight),
  });
  const nearest = new Float32Array(CELLS * CELLS).fill(-Infinity);
  for (const facet of facets) markFacet(nearest, facet.corners.map(seenByLight));

  function lightAt(point: Vector3, softnessCm: number): number {
    const seen = seenByLight(point);
    const column = Math.floor(seen.column);
    const row = Math.floor(seen.row);
    const height = seen.height + BIAS_CM;
    const reach = Math.max(1, Math.round(softnessCm / CELL_CM));
    // A wide area is sampled, not searched: about seven cells across tell enough.
    const stride = Math.max(1, Math.floor(reach / 3));
    let asked = 0;
    let lit = 0;
    for (let y = row - reach; y <= row + reach; y += stride) {
      for (let x = column - reach; x <= column + reach; x += stride) {
        asked++;
        const inside = x >= 0 && y >= 0 && x < CELLS && y < CELLS;
        if (!inside || (nearest[y * CELLS + x] ?? -Infinity) <= height) lit++;
      }
    }
    return lit / asked;
  }

  return { lightAt };
}

/** Marks every cell under a facet of four corners (of three: the last one counts twice). */
function markFacet(nearest: Float32Array, corners: readonly LightPoint[]): void {
  const [a, b, c, d = c] = corners;
  if (a === undefined || b === undefined || c === undefined || d === undefined) return;
  const rows = stepsFor(cellsBetween(a, d), cellsBetween(b, c));
  const columns = stepsFor(cellsBetween(a, b), cellsBetween(d, c));
  for (let row = 0; row <= rows; row++) {
    const start = between(a, d, row / rows);
    const end = between(b, c, row / rows);
    for (let column = 0; column <= columns; column++) mark(nearest, between(start, end, column / columns));
  }
}

function mark(nearest: Float32Array, { column, row, height }: LightPoint): void {
  if (column < 0 || row < 0 || column >= CELLS || row >= CELLS) return;
  const cell = Math.floor(row) * CELLS + Math.floor(column);
  if (height > (nearest[cell] ?? -Infinity)) nearest[cell] = height;
}

function between(a: LightPoint, b: LightPoint, share: number): LightPoint {
  return {
    column: a.column + (b.column - a.column) * share,
    row: a.row + (b.row - a.row) * share,
    height: a.height + (b.height - a.height) * share,
  };
}

function stepsFor(cells: number, otherCells: number): number {
  return Math.max(1, Math.ceil(Math.max(cells, otherCells)));
}

function cellsBetween(a: LightPoint, b: LightPoint): number {
  return Math.max(Math.abs(a.column - b.column), Math.abs(a.row - b.row));
}
