import { type Results } from "../results";
import { verdicts } from "../targets";
import { metricRows } from "./rows";
import { verdictText } from "./verdict-text";

const TITLE = 72;
const VALUE = 12;
const SPREAD = 9;
const AHEAD = 10;

/** What the run prints at its end. */
export function textTable(results: Results, rounds: number): string {
  const lines = [
    `Medians of ${rounds} rounds. Spread: half of the way from the lowest to the highest round.`,
    "Ahead: how many times as good rigwire's figure is as the peer's; below 1.00 the peer is better.",
  ];
  for (const { metric, rows } of metricRows(results)) {
    lines.push(
      "",
      `${metric.title.padEnd(TITLE)}${metric.unit.padStart(VALUE)}${"spread".padStart(SPREAD)}${"ahead".padStart(AHEAD)}`,
    );
    for (const { peer, value, spread, ahead } of rows) {
      const cells = value.padStart(VALUE) + spread.padStart(SPREAD) + ahead.padStart(AHEAD);
      lines.push(`  ${peer.title}`.padEnd(TITLE) + cells);
    }
  }
  return [...lines, "", ...targetLines(results), ...failureLines(results), ""].join("\n");
}

function targetLines(results: Results): string[] {
  const texts = verdicts(results).map(verdictText);
  if (texts.length === 0) return [];
  return [
    `${"Target".padEnd(TITLE)}${"wanted".padStart(14)}${"reached".padStart(14)}`,
    ...texts.map(
      ({ title, wanted, reached, verdict }) =>
        `  ${title}`.padEnd(TITLE) + wanted.padStart(14) + reached.padStart(14) + `  ${verdict}`,
    ),
  ];
}

function failureLines({ failures }: Results): string[] {
  return failures.length === 0 ? [] : ["", "Not measured", ...failures.map((failure) => `  ${failure}`)];
}
