import { rewrite } from "./l-system";
import {
  PLANT_AXIOM,
  PLANT_STEPS,
  plantProduction,
  type BladeParameters,
  type PlantModule,
} from "./plant-grammar";
import { seededRandom } from "./seeded-random";
import { add, along, cross, normalize, rotateAround, scale, toRadians, vector, type Vector3 } from "./vector";

/** What a tube-like organ is made of. */
export type TubeTissue = "stem" | "pod" | "bud" | "stamen";

/** A straight piece of stem, pod or bud, round, from one radius to another. Centimetres. */
export interface Tube {
  readonly tissue: TubeTissue;
  readonly start: Vector3;
  readonly end: Vector3;
  readonly startRadius: number;
  readonly endRadius: number;
}

/** A leaf, petal or sepal: where it is attached, and the three directions it is drawn in. */
export interface Blade extends BladeParameters {
  readonly base: Vector3;
  /** Along the midrib at the base. */
  readonly heading: Vector3;
  /** Across the blade. */
  readonly left: Vector3;
  /** Away from its upper face. */
  readonly up: Vector3;
}

/** A grown plant. It stands in the origin, on the plane y = 0, and grows along y. */
export interface PlantModel {
  readonly tubes: readonly Tube[];
  readonly blades: readonly Blade[];
  /** How high it is, in centimetres. */
  readonly height: number;
}

interface Turtle {
  readonly position: Vector3;
  readonly heading: Vector3;
  readonly left: Vector3;
}

const UP = vector(0, 1, 0);
const SEEDLING: Turtle = { position: vector(0, 0, 0), heading: UP, left: vector(1, 0, 0) };
/** How much of the way to the vertical a stem turns with each centimetre it grows. */
const UPWARD_PULL_PER_CM = 0.075;
const SEGMENTS_PER_INTERNODE = 3;

/** Grows the plant of a seed; the same seed gives the same plant. */
export function growPlant(seed = 7): PlantModel {
  const word = rewrite(PLANT_AXIOM, plantProduction(seededRandom(seed)), PLANT_STEPS);
  const tubes: Tube[] = [];
  const blades: Blade[] = [];
  const branchPoints: Turtle[] = [];
  let turtle = SEEDLING;

  for (const module of word) {
    switch (module.symbol) {
      case "push":
        branchPoints.push(turtle);
        break;
      case "pop":
        turtle = branchPoints.pop() ?? SEEDLING;
        break;
      case "blade":
        blades.push({ ...module, base: turtle.position, ...directionsOf(turtle) });
        break;
      default: {
        const grown = extend(turtle, module);
        tubes.push(...grown.tubes);
        turtle = grown.turtle;
      }
    }
  }
  const height = Math.max(0, ...tubes.map((tube) => tube.end.y));
  return { tubes, blades, height };
}

function directionsOf({ heading, left }: Turtle): Pick<Blade, "heading" | "left" | "up"> {
  return { heading, left, up: cross(heading, left) };
}

interface Growth {
  readonly turtle: Turtle;
  readonly tubes: readonly Tube[];
}

/** Follows a module that turns the turtle, or lets it draw while it walks. */
function extend(
  turtle: Turtle,
  module: Exclude<PlantModule, { readonly symbol: "push" | "pop" | "blade" }>,
): Growth {
  switch (module.symbol) {
    case "roll":
    case "pitch":
    case "yaw":
      return { turtle: turn(turtle, module.symbol, toRadians(module.degrees)), tubes: [] };
    case "internode":
      return walkStem(turtle, module.length, module.radius, module.radius * module.taper);
    case "pod":
      return walkOutline(turtle, "pod", module.length, [0.05, 0.105, 0.115, 0.11, 0.09, 0.03], 0.06);
    case "bud":
      return walkOutline(turtle, "bud", module.length, [0.07, 0.19, 0.2, 0.12, 0.03], 0);
    case "stamens":
      return walkOutline(turtle, "stamen", module.length, [0.1, 0.13, 0.14, 0.05], 0);
    case "rosette":
    case "apex":
    case "organ":
      return { turtle, tubes: [] };
  }
}

function turn(turtle: Turtle, about: "roll" | "pitch" | "yaw", radians: number): Turtle {
  const { position, heading, left } = turtle;
  switch (about) {
    case "roll":
      return { ...turtle, left: rotateAround(left, heading, radians) };
    case "pitch":
      return { ...turtle, heading: rotateAround(heading, left, radians) };
    case "yaw": {
      const up = cross(heading, left);
      return { position, heading: rotateAround(heading, up, radians), left: rotateAround(left, up, radians) };
    }
  }
}

/** A stem grows in short pieces and turns towards the light with each. */
function walkStem(start: Turtle, length: number, startRadius: number, endRadius: number): Growth {
  const tubes: Tube[] = [];
  const step = length / SEGMENTS_PER_INTERNODE;
  let turtle = start;
  for (let piece = 0; piece < SEGMENTS_PER_INTERNODE; piece++) {
    const end = along(turtle.position, turtle.heading, step);
    const radiusAt = (done: number): number =>
      startRadius + ((endRadius - startRadius) * done) / SEGMENTS_PER_INTERNODE;
    tubes.push({
      tissue: "stem",
      start: turtle.position,
      end,
      startRadius: radiusAt(piece),
      endRadius: radiusAt(piece + 1),
    });
    turtle = pulledUp({ ...turtle, position: end }, step * UPWARD_PULL_PER_CM);
  }
  return { turtle, tubes };
}

function walkOutline(
  start: Turtle,
  tissue: TubeTissue,
  length: number,
  radii: readonly number[],
  pull: number,
): Growth {
  const tubes: Tube[] = [];
  let turtle = start;
  let startRadius = 0.03;
  for (const endRadius of radii) {
    const end = along(turtle.position, turtle.heading, length / radii.length);
    tubes.push({ tissue, start: turtle.position, end, startRadius, endRadius });
    startRadius = endRadius;
    turtle = pulledUp({ ...turtle, position: end }, pull);
  }
  return { turtle, tubes };
}

function pulledUp(turtle: Turtle, share: number): Turtle {
  const heading = normalize(add(scale(turtle.heading, 1 - share), scale(UP, share)));
  const left = normalize(cross(cross(heading, turtle.left), heading));
  return { position: turtle.position, heading, left };
}
