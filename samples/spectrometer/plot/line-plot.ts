import { ticksWithin } from "./axis-ticks";
import { Canvas, type Colour } from "./canvas";

/** Numbers over others, drawn as a line. */
export interface Curve {
  readonly label: string;
  readonly colour: Colour;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** What is drawn, and what stands beside it. */
export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
}

const WIDTH = 1_200;
const HEIGHT = 720;
/** The part of the picture between the axes. */
const FIELD = { left: 136, top: 72, right: WIDTH - 36, bottom: HEIGHT - 88 } as const;
/** Room above the highest curve, as a part of its height. */
const HEADROOM = 0.08;

const WHITE: Colour = [255, 255, 255];
const INK: Colour = [38, 42, 48];
const GREY: Colour = [96, 102, 110];
const GRID: Colour = [228, 231, 235];

/** Draws curves with axes, ticks and a legend. The vertical axis begins at 0. */
export function drawLinePlot({ title, xLabel, yLabel, curves }: LinePlot): Canvas {
  const canvas = new Canvas(WIDTH, HEIGHT, WHITE);
  const across = scaleOf(extentOf(curves.map(({ x }) => x)), FIELD.left, FIELD.right);
  const [, highest] = extentOf(curves.map(({ y }) => y));
  const up = scaleOf([0, highest * (1 + HEADROOM)], FIELD.bottom, FIELD.top);
  drawHorizontalAxis(canvas, across);
  drawVerticalAxis(canvas, up);
  for (const { x, y, colour } of curves) {
    const points = Array.from(x, (value, index) => ({ x: across.place(value), y: up.place(y[index] ?? 0) }));
    canvas.polyline(points, 1.6, colour);
  }
  canvas.fill(FIELD.left - 1, FIELD.top, 2, FIELD.bottom - FIELD.top, INK);
  canvas.fill(FIELD.left - 1, FIELD.bottom, FIELD.right - FIELD.left + 1, 2, INK);
  drawLegend(canvas, curves);
  canvas.text(title, { x: FIELD.left, y: 24 }, { colour: INK, scale: 3 });
  canvas.text(
    xLabel,
    { x: (FIELD.left + FIELD.right) >> 1, y: HEIGHT - 34 },
    { colour: INK, anchor: [0.5, 0] },
  );
  const middle = { x: 18, y: (FIELD.top + FIELD.bottom) >> 1 };
  canvas.text(yLabel, middle, { colour: INK, anchor: [0.5, 0], upright: true });
  return canvas;
}

interface Scale {
  readonly low: number;
  readonly high: number;
  /** The pixel of a value. */
  place(value: number): number;
}

function scaleOf([low, high]: readonly [number, number], first: number, last: number): Scale {
  return { low, high, place: (value) => first + ((value - low) / (high - low)) * (last - first) };
}

function extentOf(columns: readonly ArrayLike<number>[]): [low: number, high: number] {
  const values = columns.flatMap((column) => Array.from(column));
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

function drawHorizontalAxis(canvas: Canvas, scale: Scale): void {
  for (const tick of ticksWithin(scale.low, scale.high, 8)) {
    const x = Math.round(scale.place(tick));
    canvas.fill(x, FIELD.top, 1, FIELD.bottom - FIELD.top, GRID);
    canvas.fill(x, FIELD.bottom, 1, 9, INK);
    canvas.text(tick.toLocaleString("en"), { x, y: FIELD.bottom + 16 }, { colour: GREY, anchor: [0.5, 0] });
  }
}

function drawVerticalAxis(canvas: Canvas, scale: Scale): void {
  for (const tick of ticksWithin(scale.low, scale.high, 6)) {
    const y = Math.round(scale.place(tick));
    canvas.fill(FIELD.left, y, FIELD.right - FIELD.left, 1, GRID);
    canvas.fill(FIELD.left - 8, y, 8, 1, INK);
    canvas.text(tick.toLocaleString("en"), { x: FIELD.left - 16, y }, { colour: GREY, anchor: [1, 0.5] });
  }
}

function drawLegend(canvas: Canvas, curves: readonly Curve[]): void {
  const longest = Math.max(...curves.map(({ label }) => label.length));
  const begin = FIELD.right - 16 - longest * 12;
  curves.forEach(({ label, colour }, index) => {
    const y = FIELD.top + 22 + index * 24;
    canvas.fill(begin - 40, y - 1, 28, 3, colour);
    canvas.text(label.padStart(longest), { x: begin, y }, { colour: INK, anchor: [0, 0.5] });
  });
}
