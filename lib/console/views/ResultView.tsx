import { useMemo } from "preact/hooks";
import { type Control } from "../controls/control";
import { isNumbers, valueText } from "../model/value-text";
import { isImage } from "../plot/array-image";
import { ArrayImage } from "../plot/ArrayImage";
import { Canvas } from "../plot/Canvas";
import { arrayData } from "../plot/RecordingView";

interface ResultViewProps {
  readonly name: string;
  readonly result: unknown;
  /** Unit and precision of the result. */
  readonly about: Pick<Control, "unit" | "precision">;
}

/** What a method returned: an array as a plot or a picture, or the value; bytes are shown apart. */
export function ResultView({ name, result, about }: ResultViewProps) {
  if (result === undefined || result === null) return null;
  if (isNumbers(result) && result.length > 1)
    return <ArrayPlot name={name} values={result} unit={about.unit} />;
  if (isImage(result))
    return <ArrayImage name={name} value={result} unit={about.unit} precision={about.precision} />;
  return (
    <>
      <output class="result" aria-label={`Result of ${name}`}>
        {valueText(result, about.precision)} {about.unit}
      </output>
      {arraysIn(result).map(([key, values]) => (
        <figure key={key}>
          {!Array.isArray(result) && <figcaption>{key}</figcaption>}
          {isImage(values) ? (
            <ArrayImage name={Array.isArray(result) ? name : key} value={values} />
          ) : (
            <ArrayPlot name={key} values={values} unit={undefined} />
          )}
        </figure>
      ))}
    </>
  );
}

/** So many arrays of one result are drawn. */
const MOST_PLOTS = 4;

function arraysIn(result: unknown): [string, unknown][] {
  if (typeof result !== "object" || result === null) return [];
  const arrays = Object.entries(result).filter(
    ([, value]) => isImage(value) || (ArrayBuffer.isView(value) && isNumbers(value)),
  );
  return arrays.slice(0, MOST_PLOTS);
}

interface ArrayPlotProps {
  readonly name: string;
  readonly values: unknown;
  readonly unit: string | undefined;
}

function ArrayPlot({ name, values, unit }: ArrayPlotProps) {
  const data = useMemo(() => arrayData(values), [values]);
  return (
    <Canvas
      lines={1}
      isTime={false}
      unit={unit}
      read={() => data}
      version={() => 1}
      isPaused={false}
      label={`${name}: ${valueText(values)}`}
    />
  );
}
