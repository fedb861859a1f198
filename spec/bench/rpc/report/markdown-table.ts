import { type Results } from "../results";
import { verdicts } from "../targets";
import { metricRows } from "./rows";
import { verdictText } from "./verdict-text";

/** The figures and the targets as Markdown. */
export function markdownTables(results: Results): string {
  return [figuresTable(results), targetsTable(results), failuresList(results)]
    .filter((part) => part !== "")
    .join("\n\n");
}

function figuresTable(results: Results): string {
  const rows = metricRows(results).flatMap(({ metric, rows }) =>
    rows.map(({ peer, value, spread, ahead }, index) => [
      index === 0 ? `**${metric.title}** (${metric.unit})` : "",
      peer.title,
      value,
      spread,
      ahead,
    ]),
  );
  return table(
    ["Workload", "Peer", "Median", "Spread", "rigwire ahead"],
    ["left", "left", "right", "right", "right"],
    rows,
  );
}

function targetsTable(results: Results): string {
  const rows = verdicts(results)
    .map(verdictText)
    .map(({ title, wanted, reached, verdict }) => [title, wanted, reached, verdict]);
  return rows.length === 0
    ? ""
    : table(["Target", "Wanted", "Reached", ""], ["left", "right", "right", "left"], rows);
}

function failuresList({ failures }: Results): string {
  return failures.length === 0 ? "" : `Not measured:\n\n${failures.map((text) => `- ${text}`).join("\n")}`;
}

function table(
  heads: readonly string[],
  alignment: readonly ("left" | "right")[],
  rows: readonly (readonly string[])[],
): string {
  const rule = alignment.map((side) => (side === "right" ? "---:" : "---"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
