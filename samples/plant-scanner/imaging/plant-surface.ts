import { bladeFacets } from "./blade-surface";
import { BLACK, colourOf } from "./colour";
import { type PlantModel, type Tube, type TubeTissue } from "./plant-model";
import { type Facet, type Material } from "./surface";
import { along, cross, normalize, scale, subtract, add, vector, type Vector3 } from "./vector";

const TUBE_MATERIALS: Readonly<Record<TubeTissue, Material>> = {
  stem: solid("#86a557", 0.16),
  pod: solid("#94b552", 0.2),
  bud: solid("#a4bd6c", 0.12),
  stamen: solid("#e9cf4a", 0),
};

/** A tube thinner than this (cm) is drawn with fewer sides: nobody can count them. */
const THIN_RADIUS_CM = 0.09;

/** The plant's whole surface as facets, in the plant's own coordinates. */
export function plantSurface(plant: PlantModel): readonly Facet[] {
  return [...plant.tubes.flatMap(tubeFacets), ...plant.blades.flatMap(bladeFacets)];
}

function solid(hex: string, gloss: number): Material {
  return { colour: colourOf(hex), through: BLACK, gloss, twoSided: false };
}

function tubeFacets(tube: Tube): readonly Facet[] {
  const sides = Math.max(tube.startRadius, tube.endRadius) < THIN_RADIUS_CM ? 5 : 9;
  const bottom = ring(tube, tube.start, tube.startRadius, sides);
  const top = ring(tube, tube.end, tube.endRadius, sides);
  const material = TUBE_MATERIALS[tube.tissue];
  return Array.from({ length: sides }, (_, side) => {
    const next = (side + 1) % sides;
    const corners = [bottom[side], bottom[next], top[next], top[side]].filter(
      (corner) => corner !== undefined,
    );
    return { corners, material };
  });
}

function ring(tube: Tube, centre: Vector3, radius: number, sides: number): readonly Vector3[] {
  const heading = normalize(subtract(tube.end, tube.start));
  const reference = Math.abs(heading.x) < 0.8 ? vector(1, 0, 0) : vector(0, 0, 1);
  const across = normalize(cross(heading, reference));
  const other = cross(heading, across);
  return Array.from({ length: sides }, (_, side) => {
    const turn = (2 * Math.PI * side) / sides;
    return along(centre, add(scale(across, Math.cos(turn)), scale(other, Math.sin(turn))), radius);
  });
}
