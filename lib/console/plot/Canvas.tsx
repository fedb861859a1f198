import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { plotColours } from "./plot-colours";

/** How often a plot that moves is drawn, in milliseconds: eyes see no more, and ten plots fit beside each other. */
const DRAW_EVERY_MS = 50;

const HEIGHT = 180;

interface CanvasProps {
  readonly lines: number;
  readonly isTime: boolean;
  /** The unit of the values. */
  readonly unit: string | undefined;
  /** The data to draw, and whether anything is new since the last time. */
  readonly read: () => { readonly data: uPlot.AlignedData; readonly version: number };
  /** How much of the time is shown up to now, in seconds. */
  readonly seconds?: number;
  readonly isPaused: boolean;
  /** What a screen reader says of it. */
  readonly label: string;
}

/** A plot by uPlot that follows what comes; dragging over it zooms, a double click goes back. */
export function Canvas({ lines, isTime, unit, read, seconds, isPaused, label }: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const live = useRef({ read, seconds, isPaused });
  live.current = { read, seconds, isPaused };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isZoomed = false;
    const make = () => {
      const plot = new uPlot(optionsOf(element, lines, isTime), live.current.read().data, element);
      plot.over.addEventListener("dblclick", () => (isZoomed = false));
      plot.hooks.setSelect = [({ select }) => (isZoomed ||= select.width > 0)];
      return plot;
    };
    let plot = make();
    let drawnVersion = -1;
    let drawnAt = 0;
    let frame = requestAnimationFrame(function draw(now) {
      frame = requestAnimationFrame(draw);
      if (now - drawnAt < DRAW_EVERY_MS || live.current.isPaused || isZoomed) return;
      drawnAt = now;
      const { data, version } = live.current.read();
      if (version !== drawnVersion) plot.setData(data, !isTime);
      drawnVersion = version;
      const { seconds: shown } = live.current;
      const end = Date.now() / 1_000;
      if (isTime && shown !== undefined) plot.setScale("x", { min: end - shown, max: end });
    });
    const size = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    const anew = () => {
      plot.destroy();
      plot = make();
    };
    const theme = new MutationObserver(anew);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", anew);
    return () => {
      cancelAnimationFrame(frame);
      size.disconnect();
      theme.disconnect();
      scheme.removeEventListener("change", anew);
      plot.destroy();
    };
  }, [lines, isTime]);

  return (
    <div class="plot">
      {unit !== undefined && (
        <span class="plot-unit" aria-hidden="true">
          {unit}
        </span>
      )}
      <div ref={place} role="img" aria-label={label} />
    </div>
  );
}

function optionsOf(element: Element, lines: number, isTime: boolean): uPlot.Options {
  const { text, grid, lines: colours } = plotColours(element);
  const axis: uPlot.Axis = {
    stroke: text,
    font: "12px system-ui, sans-serif",
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { points: { size: 6 } },
    scales: { x: { time: isTime } },
    axes: [
      { ...axis, size: 28, ...(isTime && { space: 80, values: [...CLOCK] }) },
      {
        ...axis,
        size: 58,
      },
    ],
    series: [
      {},
      ...Array.from({ length: lines }, (_, index) => ({
        stroke: colours[index % colours.length] ?? text,
        width: 1.5,
        points: { show: false },
        spanGaps: false,
      })),
    ],
  };
}

/** Marks of the time of day, for spans of days, hours and minutes, seconds, and less. */
const CLOCK: readonly (string | number | null)[][] = [
  [86_400, "{MM}-{DD}", null, null, null, null, null, null, 1],
  [60, "{HH}:{mm}", null, null, null, null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1],
  [0.001, "{ss}.{fff}", null, null, null, null, null, null, 1],
];
