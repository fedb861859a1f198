import { NdArray } from "../../browser";

/** Longer texts are cut on the screen. */
const MOST_CHARACTERS = 2_000;

/** Elements of an array that are written out. */
const MOST_ELEMENTS = 6;

/**
 * A value for people, without its unit.
 *
 * @param precision - Digits after the decimal point that mean something.
 */
export function valueText(value: unknown, precision?: number): string {
  if (value === undefined) return "–";
  if (typeof value === "number") return numberText(value, precision);
  if (typeof value === "string") return value === "" ? '""' : cut(value);
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (isArray(value)) return arrayText(value);
  if (isNumbers(value)) {
    const first = [...value.slice(0, MOST_ELEMENTS)].map((each) => numberText(each, precision));
    const more = value.length > MOST_ELEMENTS ? `, … (${value.length.toLocaleString("en")})` : "";
    return `${first.join(", ")}${more}`;
  }
  return cut(JSON.stringify(value, shortened, 1).replaceAll(/\n\s*/g, " "));
}

/** Numbers in a row: a typed array, or a list of nothing else. */
export function isNumbers(
  value: unknown,
): value is ArrayLike<number> & { slice(from: number, to: number): number[] } {
  if (ArrayBuffer.isView(value)) return !(value instanceof DataView) && !isOfBigints(value);
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "number");
}

function numberText(value: number, precision: number | undefined): string {
  if (precision !== undefined) return value.toFixed(precision);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)));
}

function isOfBigints(value: ArrayBufferView): boolean {
  return value instanceof BigInt64Array || value instanceof BigUint64Array;
}

/** Whether a value is numbers with a shape. */
export function isArray(value: unknown): value is NdArray {
  return value instanceof NdArray;
}

/** Rows and columns, and the kind of numbers, as 1024 × 1280 Uint16. */
function arrayText({ shape, data }: NdArray): string {
  return `${shape.join(" × ")} ${data.constructor.name.replace("Array", "")}`;
}

function shortened(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (isArray(value)) return arrayText(value);
  return ArrayBuffer.isView(value) ? `${value.constructor.name}, ${value.byteLength} bytes` : value;
}

function cut(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

/** How long something took. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** The time of day, as 12:03:10. */
export function clockText(time: Date): string {
  return time.toLocaleTimeString("en-GB", { hour12: false });
}
