import { type PeerEntry, REFERENCE } from "../peers/peer-list";
import { type MetricRows } from "./rows";

const WIDTH = 760;
const LABEL = 210;
const FIGURE = 90;
const BAR = 16;
const ROW = 24;
const TITLE = 44;
const MARGIN = 16;
const OWN_COLOUR = "#0b7285";
const OTHER_ROAD_COLOUR = "#66b2bd";
const PEER_COLOUR = "#adb5bd";

/** Bars of several metrics, one below the other, each as long as its figure. */
export function barChart(metrics: readonly MetricRows[]): string {
  let top = MARGIN;
  const panels = metrics.map((panel) => {
    const text = drawPanel(panel, top);
    top += TITLE + panel.rows.length * ROW + MARGIN;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel({ metric, rows }: MetricRows, top: number): string {
  const longest = Math.max(...rows.map(({ median }) => median));
  const space = WIDTH - LABEL - FIGURE - 2 * MARGIN;
  const hint = metric.better === "higher" ? "more is better" : "less is better";
  const bars = rows.map(({ peer, median, value }, index) => {
    const y = top + TITLE - 12 + index * ROW;
    const length = Math.max((median / longest) * space, 1);
    const middle = y + BAR - 4;
    return [
      text(MARGIN + LABEL - 8, middle, peer.title, 'text-anchor="end"'),
      `<rect x="${MARGIN + LABEL}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${colourOf(peer)}"/>`,
      text(MARGIN + LABEL + length + 6, middle, value, ""),
    ].join("\n");
  });
  const title = text(MARGIN, top + 18, `${metric.title}, ${metric.unit} (${hint})`, 'font-weight="600"');
  return [title, ...bars].join("\n");
}

function colourOf({ name, kind }: PeerEntry): string {
  if (kind !== "own") return PEER_COLOUR;
  return name === REFERENCE ? OWN_COLOUR : OTHER_ROAD_COLOUR;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#212529" ${attributes}>${escaped}</text>`;
}
