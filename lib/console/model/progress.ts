import { type JsonSchema } from "../../browser";
import { valueText } from "./value-text";

/**
 * How far a call has come, from 0 to 1; nothing where it cannot be told.
 *
 * @param progress - A number, or an object with `at` and `of`.
 * @param schema - Says where a number begins and ends (`x-range`); without, one from 0 to 1 is a part.
 */
export function progressOf(progress: unknown, schema: JsonSchema): number | undefined {
  if (typeof progress === "number") {
    const range: unknown = schema["x-range"];
    const [from, to] = Array.isArray(range) ? (range as number[]) : [0, 1];
    if (from === undefined || to === undefined || from === to) return undefined;
    const part = (progress - from) / (to - from);
    return range === undefined && (part < 0 || part > 1) ? undefined : Math.min(Math.max(part, 0), 1);
  }
  const steps = stepsOf(progress);
  return steps !== undefined && steps.of > 0 ? Math.min(Math.max(steps.at / steps.of, 0), 1) : undefined;
}

/** How far a call has come, for people: `3 of 12`, or the value as it came. */
export function progressText(progress: unknown, precision?: number): string {
  const steps = stepsOf(progress);
  return steps === undefined ? valueText(progress, precision) : `${steps.at} of ${steps.of}`;
}

function stepsOf(progress: unknown): { readonly at: number; readonly of: number } | undefined {
  if (typeof progress !== "object" || progress === null) return undefined;
  const { at, of } = progress as { at?: unknown; of?: unknown };
  return typeof at === "number" && typeof of === "number" ? { at, of } : undefined;
}
