import type uPlot from "uplot";
import { useMemo, useState } from "preact/hooks";
import { type Recording } from "./recording";
import { ArrayImage } from "./ArrayImage";
import { Canvas } from "./Canvas";
import { PlotWindow } from "./plot-window";
import { WindowButtons } from "./WindowButtons";
import { clockText, isNumbers, valueText } from "../model/value-text";
import { useLive } from "../views/use-live";

const SPANS = [
  [10, "10 s"],
  [60, "1 min"],
  [600, "10 min"],
  [3_600, "1 h"],
] as const;

/** How often texts beside a plot follow, in milliseconds. */
export const TEXT_EVERY_MS = 200;

/** Longer texts of a table are cut: there are many of them. */
const MOST_CHARACTERS = 300;

interface RecordingViewProps {
  readonly name: string;
  readonly recording: Recording;
  readonly unit?: string | undefined;
  readonly precision?: number | undefined;
  /** Since when its source is gone, so that nothing is drawn as if it were still so. */
  readonly lostSince?: Date | undefined;
}

/** What came of a signal, a property or a stream: a plot where it is numbers, or else a table. */
export function RecordingView({ name, recording, unit, precision, lostSince }: RecordingViewProps) {
  const count = useLive(recording.count$, TEXT_EVERY_MS);
  const problem = useLive(recording.problem$);
  const [isPaused, setPaused] = useState(false);
  const [seconds, setSeconds] = useState(60);
  const window = useMemo(() => new PlotWindow(), []);
  const { shape, newest } = recording;
  if (count === 0) return <p class="hint">{problem ?? "Nothing came yet."}</p>;
  return (
    <div class="recording">
      {shape.kind === "table" && <Rows name={name} recording={recording} precision={precision} />}
      {shape.kind === "image" && <ArrayImage name={name} value={newest} unit={unit} precision={precision} />}
      {(shape.kind === "time" || shape.kind === "array") && (
        <>
          <Canvas
            lines={shape.kind === "time" ? shape.lines : 1}
            isTime={shape.kind === "time"}
            isStepped={recording.holds}
            unit={unit}
            read={() => dataOf(recording, lostSince)}
            version={() => versionOf(recording)}
            seconds={seconds}
            isPaused={isPaused}
            window={window}
            label={`${name}: ${valueText(newest, precision)}${unit === undefined ? "" : ` ${unit}`}`}
          />
          <div class="plot-tools">
            <button
              type="button"
              class="quiet"
              aria-pressed={isPaused}
              aria-label={`Pause ${name}`}
              onClick={() => setPaused(!isPaused)}
            >
              {isPaused ? "Go on" : "Pause"}
            </button>
            {shape.kind === "time" && (
              <select
                aria-label={`Time shown of ${name}`}
                value={seconds}
                onChange={(event) => setSeconds(Number(event.currentTarget.value))}
              >
                {SPANS.map(([span, text]) => (
                  <option key={span} value={span}>
                    {text}
                  </option>
                ))}
              </select>
            )}
            <WindowButtons name={name} window={window} />
          </div>
        </>
      )}
      {problem !== undefined && <p class="problem">{problem}</p>}
    </div>
  );
}

function Rows({ name, recording, precision }: Pick<RecordingViewProps, "name" | "recording" | "precision">) {
  return (
    <div class="rows" tabIndex={0} role="region" aria-label={`${name}: the newest`}>
      <table>
        <tbody>
          {recording.rows.map(({ id, time, value }) => (
            <tr key={id}>
              <td class="time">{clockText(time)}</td>
              <td>{valueText(value, precision).slice(0, MOST_CHARACTERS)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An array is drawn with as many points as a screen shows at most. */
const MOST_POINTS = 8_192;

function dataOf({ shape, history, newest, holds }: Recording, lostSince?: Date): uPlot.AlignedData {
  if (shape.kind !== "time") return arrayData(newest);
  return holds ? history.heldUntil((lostSince?.getTime() ?? Date.now()) / 1_000) : history.data;
}

/** What holds its value is drawn up to now, also where nothing came. */
function versionOf({ count$, holds }: Recording): number {
  return holds ? Date.now() : count$.value;
}

/** Places and values of an array. */
export function arrayData(value: unknown): uPlot.AlignedData {
  if (!isNumbers(value)) return [[], []];
  const step = Math.max(1, Math.ceil(value.length / MOST_POINTS));
  const count = Math.ceil(value.length / step);
  return [
    Array.from({ length: count }, (_, index) => index * step),
    Array.from({ length: count }, (_, index) => value[index * step] ?? null),
  ];
}
