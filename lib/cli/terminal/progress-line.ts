import { type Run } from "../../client/run";
import { type MemberDescription } from "../../wire/member-description";
import { measuredText } from "../contract/measured-text";
import { bareValueText } from "../contract/value-text";
import { type Paint } from "./colours";
import { type Output } from "./output";
import { withSpinner } from "./spinner";
import { fitted } from "./table";

const BAR_WIDTH = 24;

/** Of a line, for the label, the time and what stands between. */
const WIDEST_PROGRESS = 48;

/** What a device says of the progress of a method. */
export type ProgressSchema = MemberDescription["progressSchema"];

/** Shows on stderr, if that is a terminal, how far a call has come, and takes the line away afterwards. */
export async function withProgressLine<T>(
  output: Output,
  label: string,
  schema: ProgressSchema,
  run: Run<T>,
): Promise<T> {
  let newest: unknown;
  const subscription = run.progress$.subscribe((value) => (newest = value));
  const line = () =>
    [label, progressText(newest, schema, output.notePaint)].filter((part) => part !== "").join("  ");
  try {
    return await withSpinner(output, line, run);
  } finally {
    subscription.unsubscribe();
  }
}

/** A bar where it says how much there is, or the device does, else the value; empty where nothing was told yet. */
export function progressText(value: unknown, schema: ProgressSchema, paint: Paint): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "number" ? measuredText(value, schema, paint) : bareValueText(value, paint);
  const part = partOf(value) ?? partOfRange(value, schema);
  if (part === undefined) return fitted(text, WIDEST_PROGRESS);
  const filled = Math.round(BAR_WIDTH * Math.min(Math.max(part.share, 0), 1));
  const bar = `${paint.cyan("█".repeat(filled))}${paint.dim("░".repeat(BAR_WIDTH - filled))}`;
  return `${bar} ${part.text ?? text}`;
}

/** How much of the whole it is, and how that is said where the value alone does not say it. */
interface Part {
  readonly share: number;
  readonly text?: string;
}

/** `{ at, of }`: so many of so many. */
function partOf(value: unknown): Part | undefined {
  if (typeof value !== "object" || value === null || !("at" in value) || !("of" in value)) return undefined;
  const { at, of } = value;
  if (!isFinite(at) || !isFinite(of) || of <= 0) return undefined;
  return { share: at / of, text: `${at} of ${of}` };
}

/** A number within the range that the device says. */
function partOfRange(value: unknown, schema: ProgressSchema): Part | undefined {
  const range: unknown = schema?.["x-range"];
  if (!isFinite(value) || !Array.isArray(range)) return undefined;
  const [from, to] = range as readonly unknown[];
  return isFinite(from) && isFinite(to) && from < to ? { share: (value - from) / (to - from) } : undefined;
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}
