import { type Production } from "./l-system";
import { type SeededRandom } from "./seeded-random";

/** How a leaf-like organ is shaped and coloured. */
export type BladeKind = "rosette" | "cauline" | "petal" | "sepal";

/**
 * The letters of the plant's L-system. `rosette`, `apex` and `organ` are growing points; the others are what a
 * turtle draws or how it turns. Lengths are in centimetres.
 */
export type PlantModule =
  | { readonly symbol: "rosette"; readonly leaf: number }
  | { readonly symbol: "apex"; readonly order: number; readonly node: number }
  | { readonly symbol: "organ"; readonly order: number; readonly node: number }
  | { readonly symbol: "internode"; readonly length: number; readonly radius: number; readonly taper: number }
  | ({ readonly symbol: "blade" } & BladeParameters)
  | { readonly symbol: "pod"; readonly length: number }
  | { readonly symbol: "bud"; readonly length: number }
  | { readonly symbol: "stamens"; readonly length: number }
  | { readonly symbol: "roll" | "pitch" | "yaw"; readonly degrees: number }
  | { readonly symbol: "push" | "pop" };

export interface BladeParameters {
  readonly kind: BladeKind;
  readonly length: number;
  readonly width: number;
  /** Degrees by which the blade bends down from its base to its tip. */
  readonly bend: number;
  /** Degrees by which each half is lifted from flat. */
  readonly fold: number;
  /** Where its edge's waves begin, in radians; no two leaves wave alike. */
  readonly wave: number;
  /** 0 for a young, pale leaf to 1 for an old, dark one. */
  readonly age: number;
}

const GOLDEN_ANGLE = 137.5;
const ROSETTE_LEAVES = 23;
/** Nodes that bear a leaf and a side shoot, then those that bear pods, flowers, and the tip's buds. */
const MAIN_SHOOT = { leaves: 5, pods: 13, flowers: 20, end: 27 };
const SIDE_SHOOT = { leaves: 1, pods: 4, flowers: 9, end: 14 };

export const PLANT_AXIOM: readonly PlantModule[] = [{ symbol: "rosette", leaf: 0 }];

/** Steps after which nothing grows any more: the rosette, the main shoot, and the longest side shoot within it. */
export const PLANT_STEPS = ROSETTE_LEAVES + MAIN_SHOOT.end + 4;

/** The growth rules of a flowering thale cress (Arabidopsis): a rosette, a main shoot, side shoots from leaf axils. */
export function plantProduction(random: SeededRandom): Production<PlantModule> {
  return (module) => {
    switch (module.symbol) {
      case "rosette":
        return growRosette(module.leaf, random);
      case "apex":
        return growShoot(module.order, module.node, random);
      case "organ":
        return growOrgan(module.order, module.node, random);
      default:
        return [module];
    }
  };
}

function growRosette(leaf: number, random: SeededRandom): readonly PlantModule[] {
  if (leaf === ROSETTE_LEAVES) return [{ symbol: "apex", order: 0, node: 0 }];
  const youth = leaf / ROSETTE_LEAVES;
  const length = random.around(8.2 - 4.6 * youth ** 1.5, 0.5);
  return [
    { symbol: "roll", degrees: random.around(GOLDEN_ANGLE, 5) },
    { symbol: "push" },
    { symbol: "pitch", degrees: random.around(64 - 40 * youth, 5) },
    { symbol: "roll", degrees: random.around(0, 9) },
    {
      symbol: "blade",
      kind: "rosette",
      length,
      width: length * random.around(0.46, 0.03),
      bend: random.around(40 - 4 * youth, 9),
      fold: random.around(16, 5),
      wave: random.between(0, 6.28),
      age: 1 - youth,
    },
    { symbol: "pop" },
    { symbol: "rosette", leaf: leaf + 1 },
  ];
}

function growShoot(order: number, node: number, random: SeededRandom): readonly PlantModule[] {
  const shoot = order === 0 ? MAIN_SHOOT : SIDE_SHOOT;
  if (node === shoot.end) return [];
  return [
    { symbol: "yaw", degrees: random.around(0, 4) },
    { symbol: "pitch", degrees: random.around(0, 4) },
    internodeOf(order, node, random),
    { symbol: "roll", degrees: random.around(GOLDEN_ANGLE, 8) },
    { symbol: "push" },
    { symbol: "organ", order, node },
    { symbol: "pop" },
    { symbol: "apex", order, node: node + 1 },
  ];
}

/** Long between leaves, shorter between pods, and crowded at the tip; thinner with every node. */
function internodeOf(order: number, node: number, random: SeededRandom): PlantModule {
  const shoot = order === 0 ? MAIN_SHOOT : SIDE_SHOOT;
  const base = order === 0 ? 0.3 : 0.17;
  const thinning = (0.75 * node) / shoot.end;
  let length = 0.16;
  if (node < shoot.leaves) length = order === 0 ? 2.1 : 4.2;
  else if (node < shoot.pods) length = 1.15;
  else if (node < shoot.flowers) length = 0.5;
  return {
    symbol: "internode",
    length: random.around(length, length * 0.12),
    radius: base * (1 - thinning),
    taper: 1 - 0.75 / shoot.end / (1 - thinning),
  };
}

function growOrgan(order: number, node: number, random: SeededRandom): readonly PlantModule[] {
  const shoot = order === 0 ? MAIN_SHOOT : SIDE_SHOOT;
  if (node < shoot.leaves) return [...caulineLeaf(order, node, random), ...sideShoot(order, random)];
  if (node < shoot.pods) return pod(random);
  if (node < shoot.flowers) return flower(random);
  return [
    { symbol: "pitch", degrees: random.around(42 - (node - shoot.flowers) * 5, 6) },
    { symbol: "internode", length: 0.45, radius: 0.05, taper: 1 },
    { symbol: "bud", length: 0.62 - 0.05 * (node - shoot.flowers) },
  ];
}

function caulineLeaf(order: number, node: number, random: SeededRandom): readonly PlantModule[] {
  const length = random.around(order === 0 ? 5.6 - 0.5 * node : 3.2, 0.3);
  return [
    { symbol: "push" },
    { symbol: "pitch", degrees: random.around(52, 6) },
    {
      symbol: "blade",
      kind: "cauline",
      length,
      width: length * 0.36,
      bend: random.around(48, 10),
      fold: random.around(22, 6),
      wave: random.between(0, 6.28),
      age: 0.45,
    },
    { symbol: "pop" },
  ];
}

function sideShoot(order: number, random: SeededRandom): readonly PlantModule[] {
  if (order > 0) return [];
  return [
    { symbol: "pitch", degrees: random.around(46, 5) },
    { symbol: "apex", order: order + 1, node: 0 },
  ];
}

function pod(random: SeededRandom): readonly PlantModule[] {
  return [
    { symbol: "pitch", degrees: random.around(64, 6) },
    { symbol: "internode", length: 0.85, radius: 0.055, taper: 1 },
    { symbol: "pitch", degrees: -18 },
    { symbol: "pod", length: random.around(1.9, 0.3) },
  ];
}

/** Four sepals under four petals, as all of the cabbage family have them. */
function flower(random: SeededRandom): readonly PlantModule[] {
  const size = random.around(0.82, 0.08);
  const open = random.around(58, 8);
  return [
    { symbol: "pitch", degrees: random.around(50, 8) },
    { symbol: "internode", length: random.around(0.95, 0.1), radius: 0.055, taper: 1 },
    ...whorl("sepal", size * 0.62, 32, 0),
    { symbol: "roll", degrees: 45 },
    ...whorl("petal", size, open, 28),
    { symbol: "stamens", length: size * 0.45 },
  ];
}

function whorl(kind: "petal" | "sepal", length: number, open: number, bend: number): readonly PlantModule[] {
  const width = length * (kind === "petal" ? 0.68 : 0.4);
  return [0, 1, 2, 3].flatMap((): readonly PlantModule[] => [
    { symbol: "push" },
    { symbol: "pitch", degrees: open },
    { symbol: "blade", kind, length, width, bend, fold: 10, wave: 0, age: 0.3 },
    { symbol: "pop" },
    { symbol: "roll", degrees: 90 },
  ]);
}
