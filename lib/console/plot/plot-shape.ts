import { isNumbers } from "../model/value-text";
import { isImage } from "./array-image";

/** How values of a signal, a property or a stream are shown over time. */
export type PlotShape =
  /** A number, or several: lines over time. */
  | { readonly kind: "time"; readonly lines: number }
  /** Many numbers at once: the newest as one line over their places. */
  | { readonly kind: "array" }
  /** An array with rows and columns: the newest as a picture. */
  | { readonly kind: "image" }
  | { readonly kind: "table" };

/** More numbers at once are drawn over their places. */
const MOST_LINES = 6;

/** The shape that fits a value; a text and the like is a row of a table. */
export function plotShapeOf(value: unknown): PlotShape {
  if (typeof value === "number") return { kind: "time", lines: 1 };
  if (isImage(value)) return { kind: "image" };
  if (!isNumbers(value)) return { kind: "table" };
  return Array.isArray(value) && value.length <= MOST_LINES
    ? { kind: "time", lines: value.length }
    : { kind: "array" };
}
