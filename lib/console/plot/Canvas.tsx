import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { plotColours } from "./plot-colours";
import { drawSoon } from "../views/drawing";
import { type AxisRange, PlotWindow } from "./plot-window";

/** What is new is drawn within this time, in milliseconds, also where it moves a plot by less than a pixel. */
const DRAW_WITHIN_MS = 250;

const HEIGHT = 180;

interface CanvasProps {
  readonly lines: number;
  readonly isTime: boolean;
  /** Whether a value holds until the next one: drawn as steps, not as if it went from one to the other. Default false. */
  readonly isStepped?: boolean;
  /** The unit of the values. */
  readonly unit: string | undefined;
  /** The data to draw. */
  readonly read: () => uPlot.AlignedData;
  /** Changes whenever anything of the data is new. */
  readonly version: () => number;
  /** How much of the time is shown up to now, in seconds. */
  readonly seconds?: number;
  readonly isPaused: boolean;
  /** The part that is looked at, where others change it as well. */
  readonly window?: PlotWindow;
  /** What a screen reader says of it. */
  readonly label: string;
}

/**
 * A plot by uPlot that follows what comes; dragging over it zooms, a double click goes back. With the focus on it: plus
 * and minus, arrows, and 0 to go back.
 */
export function Canvas({
  lines,
  isTime,
  isStepped = false,
  unit,
  read,
  version,
  seconds,
  isPaused,
  window: given,
  label,
}: CanvasProps) {
  const place = useRef<HTMLDivElement>(null);
  const window = useMemo(() => given ?? new PlotWindow(), [given]);
  const live = useRef({ read, version, seconds, isPaused });
  live.current = { read, version, seconds, isPaused };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = () => {
      const made = new uPlot(optionsOf(element, lines, isTime, isStepped), live.current.read(), element);
      made.over.addEventListener("dblclick", () => window.follow());
      made.hooks.setSelect = [
        ({ select: { left, width } }) => {
          if (width > 0)
            window.choose({ min: made.posToVal(left, "x"), max: made.posToVal(left + width, "x") });
        },
      ];
      return made;
    };
    let plot = make();
    let drawnVersion = -1;
    let drawnAt = 0;
    let drawnRange: AxisRange | undefined;
    let end = Date.now() / 1_000;
    let takeBack: (() => void) | undefined;
    const draw = () => {
      takeBack = drawSoon(draw);
      const { seconds: shown, isPaused: stands } = live.current;
      const now = Date.now();
      if (!stands) end = now / 1_000;
      const following = isTime && shown !== undefined ? { min: end - shown, max: end } : undefined;
      const range = window.chosen ?? following;
      const pixel = range === following && shown !== undefined ? shown / plot.bbox.width : 0;
      const newest = live.current.version();
      const isMoved = !isSameRange(range, drawnRange, pixel);
      const isNew = !stands && newest !== drawnVersion;
      if (!isMoved && !(isNew && (pixel === 0 || now - drawnAt >= DRAW_WITHIN_MS))) return;
      drawnAt = now;
      if (isNew) {
        plot.setData(live.current.read(), !isTime && window.chosen === undefined);
        drawnVersion = newest;
      }
      if (range !== undefined) plot.setScale("x", range);
      else if (drawnRange !== undefined) plot.setData(plot.data, true);
      drawnRange = range;
      window.shown = rangeOf(plot);
    };
    // What is not on the screen is not drawn.
    const screen = new IntersectionObserver((seen) => {
      takeBack?.();
      takeBack = undefined;
      if (seen.at(-1)?.isIntersecting === true) draw();
    });
    screen.observe(element);
    const size = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    size.observe(element);
    const anew = () => {
      plot.destroy();
      plot = make();
      drawnRange = undefined;
    };
    const theme = new MutationObserver(anew);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", anew);
    return () => {
      screen.disconnect();
      takeBack?.();
      size.disconnect();
      theme.disconnect();
      scheme.removeEventListener("change", anew);
      plot.destroy();
    };
  }, [lines, isTime, isStepped, window]);

  return (
    <div class="plot">
      {unit !== undefined && (
        <span class="plot-unit" aria-hidden="true">
          {unit}
        </span>
      )}
      <div
        ref={place}
        class="plot-place"
        role="application"
        aria-roledescription="plot"
        aria-label={label}
        aria-keyshortcuts="+ - ArrowLeft ArrowRight 0"
        tabIndex={0}
        onKeyDown={(event) => {
          const { altKey, ctrlKey, metaKey, key } = event;
          if (!altKey && !ctrlKey && !metaKey && window.onKey(key)) event.preventDefault();
        }}
      />
    </div>
  );
}

function rangeOf({ scales }: uPlot): AxisRange | undefined {
  const { min, max } = scales.x ?? {};
  return typeof min === "number" && typeof max === "number" ? { min, max } : undefined;
}

function isSameRange(one: AxisRange | undefined, other: AxisRange | undefined, within: number): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Math.abs(one.min - other.min) <= within && Math.abs(one.max - other.max) <= within;
}

function optionsOf(element: Element, lines: number, isTime: boolean, isStepped: boolean): uPlot.Options {
  const { text, grid, lines: colours } = plotColours(element);
  const paths = isStepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
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
        ...(paths !== undefined && { paths }),
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
