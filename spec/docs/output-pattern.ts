/** Whether an output is what a page shows: `…` stands for anything in a line, alone for any lines. */
export function isShownAs(output: string, shown: readonly string[]): boolean {
  const lines = shown.map((line) =>
    line.trim() === "…" ? "(?:.*\\n)*" : `${line.trimEnd().split("…").map(escaped).join(".*")}[ \\t]*\\n`,
  );
  return new RegExp(`^${lines.join("")}$`).test(`${output.trimEnd()}\n`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
