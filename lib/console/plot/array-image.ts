import { type NdArray } from "../../browser";
import { isArray } from "../model/value-text";

/** More pixels each way are left out: a screen shows no more. */
const MOST_SIDE = 1_024;

/** Red, green and blue, and how opaque. */
const CHANNELS = 4;

/** Colours of the scale from its least value to its largest: those of matplotlib's viridis, at nine places. */
const SCALE = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [253, 231, 37],
] as const;

/** So many colours are told apart. */
const COLOURS = 256;

const TABLE = new Uint8ClampedArray(
  Array.from({ length: COLOURS }, (_, at) => [...colourAt(at / (COLOURS - 1)), 255]).flat(),
);

/** The same, a pixel at once. */
const WHOLE_COLOURS = new Uint32Array(TABLE.buffer);

/** Pixels as a canvas takes them. */
export interface ImagePixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The least and the largest value that the colours stand for. */
export interface ValueRange {
  readonly least: number;
  readonly largest: number;
}

/** Whether a value has rows and columns, and as many numbers a pixel as there are colours, or one. */
export function isImage(value: unknown): value is NdArray {
  if (!isArray(value) || value.size === 0) return false;
  return value.shape.length === 2 || isRgb(value);
}

/** Whether a picture's numbers are colours by themselves. */
export function isRgb({ data, shape }: NdArray): boolean {
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  return isBytes && shape.length === 3 && (shape[2] === 3 || shape[2] === CHANNELS);
}

/** Of an image whose numbers are no colours; infinities and what is no number do not count. */
export function rangeOf(array: NdArray): ValueRange {
  const range = rangeWithin(array, 0, array.size, NO_RANGE);
  return range.least > range.largest ? { least: 0, largest: 0 } : range;
}

/** Before any number was seen. */
export const NO_RANGE: ValueRange = { least: Infinity, largest: -Infinity };

/**
 * What some of an array's numbers, and those before them, lie between.
 *
 * @param to - The place behind the last; may be behind the end.
 */
export function rangeWithin({ data }: NdArray, from: number, to: number, before: ValueRange): ValueRange {
  let { least, largest } = before;
  const end = Math.min(to, data.length);
  // Not by an iterator: a picture may have a hundred million numbers, and it takes three to six times as long.
  for (let at = from; at < end; at++) {
    const each = data[at];
    const value = typeof each === "number" ? each : Number(each);
    if (value < least && value > -Infinity) least = value;
    if (value > largest && value < Infinity) largest = value;
  }
  return { least, largest };
}

/**
 * The picture of an array, its first row at the top. What is no number is left transparent.
 *
 * @param range - What the first and the last colour stand for; values beyond it have these colours.
 */
export function imagePixels(array: NdArray, range: ValueRange): ImagePixels {
  const [rows = 0, columns = 0, channels = 1] = array.shape;
  const step = Math.max(1, Math.ceil(Math.max(rows, columns) / MOST_SIDE));
  const [height, width] = [Math.ceil(rows / step), Math.ceil(columns / step)];
  const pixels = new Uint8ClampedArray(width * height * CHANNELS);
  const place = { width, height, columns, step, pixels };
  if (isRgb(array)) paintColours(array, channels, place);
  else paintValues(array, range, place);
  return { width, height, pixels };
}

/** Where the pixels of an array go, of which one in some steps each way is shown. */
interface Place extends ImagePixels {
  readonly columns: number;
  readonly step: number;
}

function paintColours(
  { data }: NdArray,
  channels: number,
  { width, height, columns, step, pixels }: Place,
): void {
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * columns + x) * step * channels;
      for (let channel = 0; channel < channels; channel++)
        pixels[to + channel] = Number(data[from + channel]);
      if (channels < CHANNELS) pixels[to + channels] = 255;
      to += CHANNELS;
    }
  }
}

function paintValues({ data }: NdArray, { least, largest }: ValueRange, place: Place): void {
  const { width, height, columns, step, pixels } = place;
  const perUnit = largest > least ? (COLOURS - 1) / (largest - least) : 0;
  const whole = new Uint32Array(pixels.buffer);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = Number(data[(y * columns + x) * step]);
      if (Number.isNaN(value)) continue;
      const colour = perUnit === 0 ? 0 : Math.round((value - least) * perUnit);
      whole[y * width + x] = WHOLE_COLOURS[Math.min(Math.max(colour, 0), COLOURS - 1)] ?? 0;
    }
  }
}

/** All colours of the scale in one row. */
export function scalePixels(): ImagePixels {
  return { width: COLOURS, height: 1, pixels: TABLE };
}

/** @param part - From 0 to 1. */
function colourAt(part: number): readonly number[] {
  const place = part * (SCALE.length - 1);
  const before = Math.min(Math.floor(place), SCALE.length - 2);
  const [from, to] = [SCALE[before] ?? SCALE[0], SCALE[before + 1] ?? SCALE[0]];
  return from.map((value, channel) => value + ((to[channel] ?? 0) - value) * (place - before));
}
