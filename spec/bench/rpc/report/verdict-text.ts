import { type Verdict } from "../targets";
import { figure, percent } from "./figures";

export interface VerdictText {
  readonly title: string;
  readonly wanted: string;
  readonly reached: string;
  readonly verdict: string;
}

export function verdictText({ target, reached, isMet, margin }: Verdict): VerdictText {
  const { title, bound, limit, unit } = target;
  return {
    title,
    wanted: `${bound === "at least" ? "≥" : "≤"} ${limit} ${unit}`,
    reached: `${figure(reached)} ${unit}`,
    verdict: isMet ? "met" : `missed by ${percent(-margin)}`,
  };
}
