import { type Verdict } from "../targets";
import { figure, percent } from "./figures";

export interface VerdictText {
  readonly title: string;
  readonly wanted: string;
  readonly reached: string;
  readonly verdict: string;
}

export function verdictText({ target, best, reached, margin }: Verdict): VerdictText {
  const { title, bound, limit, unit } = target;
  return {
    title: best === undefined ? title : `${title} (${best})`,
    wanted: limit === undefined ? "" : `${bound === "at least" ? "≥" : "≤"} ${limit} ${unit}`,
    reached: `${figure(reached)} ${unit}`,
    verdict: verdictOf(margin),
  };
}

function verdictOf(margin: number | undefined): string {
  if (margin === undefined) return "stated";
  return margin >= 0 ? "met" : `missed by ${percent(-margin)}`;
}
