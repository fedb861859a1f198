/** What a canvas is drawn with: the colours of the theme as it is now. */
export interface PlotColours {
  readonly text: string;
  readonly grid: string;
  readonly lines: readonly string[];
}

export function plotColours(beside: Element): PlotColours {
  const probe = document.createElement("span");
  beside.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    text: read("--muted"),
    grid: read("--grid"),
    lines: [1, 2, 3, 4, 5, 6].map((number) => read(`--line-${number}`)),
  };
  probe.remove();
  return colours;
}
