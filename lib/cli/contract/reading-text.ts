import { type Reading, type Timed } from "../../client/timed";
import { type JsonSchema } from "../../contract/rule-keywords";
import { type Paint } from "../terminal/colours";
import { printable } from "../terminal/printable";
import { measuredText } from "./measured-text";

/** A value with its unit; one that cannot be relied on says so: `12.5 mm  stale: it was updated 3 s ago, …`. */
export function readingText(reading: Reading<unknown>, schema: JsonSchema | undefined, paint: Paint): string {
  const { value, quality, reason = "" } = reading;
  const text = quality === "bad" && value === undefined ? "" : measuredText(value, schema, paint);
  if (quality === "good") return text;
  const mark = printable(`${quality}: ${reason}`);
  return `${text}${text === "" ? "" : "  "}${quality === "bad" ? paint.red(mark) : paint.yellow(mark)}`;
}

/** What programs get of a value. */
export function readingRecord(reading: Reading<unknown>): object {
  const { value = null, quality, reason } = reading;
  return { value, ...timeRecord(reading), quality, ...(reason !== undefined && { reason }) };
}

interface TimeRecord {
  readonly time: string;
  readonly uncertaintyMs?: number;
}

/** When it was. What is not known is left out: JSON has no infinity. */
export function timeRecord({ time, uncertaintyMs }: Omit<Timed<unknown>, "value">): TimeRecord {
  return {
    time: time.toISOString(),
    ...(Number.isFinite(uncertaintyMs) && { uncertaintyMs: Math.ceil(uncertaintyMs * 10) / 10 }),
  };
}
