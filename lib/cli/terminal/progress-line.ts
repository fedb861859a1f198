import { type Run } from "../../client/run";
import { bareValueText } from "../contract/value-text";
import { type Paint } from "./colours";
import { type Output } from "./output";
import { withSpinner } from "./spinner";
import { fitted } from "./table";

const BAR_WIDTH = 24;

/** Of a line, for the label, the time and what stands between. */
const WIDEST_PROGRESS = 48;

/** Shows on stderr, if that is a terminal, how far a call has come, and takes the line away afterwards. */
export async function withProgressLine<T>(output: Output, label: string, run: Run<T>): Promise<T> {
  let newest: unknown;
  const subscription = run.progress$.subscribe((value) => (newest = value));
  const line = () => [label, progressText(newest, output.notePaint)].filter((part) => part !== "").join("  ");
  try {
    return await withSpinner(output, line, run);
  } finally {
    subscription.unsubscribe();
  }
}

/** A bar where it says how much there is, else the value; empty where nothing was told yet. */
export function progressText(value: unknown, paint: Paint): string {
  if (value === undefined || value === null) return "";
  const part = partOf(value);
  if (part === undefined) return fitted(bareValueText(value, paint), WIDEST_PROGRESS);
  const { at, of } = part;
  const filled = Math.round((BAR_WIDTH * Math.min(Math.max(at, 0), of)) / of);
  return `${paint.cyan("█".repeat(filled))}${paint.dim("░".repeat(BAR_WIDTH - filled))} ${at} of ${of}`;
}

/** `{ at, of }`: so many of so many. */
function partOf(value: unknown): { readonly at: number; readonly of: number } | undefined {
  if (typeof value !== "object" || value === null || !("at" in value) || !("of" in value)) return undefined;
  const { at, of } = value;
  if (typeof at !== "number" || typeof of !== "number") return undefined;
  return Number.isFinite(at) && Number.isFinite(of) && of > 0 ? { at, of } : undefined;
}
