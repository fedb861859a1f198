import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { valueText } from "../model/value-text";
import { type ImagePixels, imagePixels, isImage, isRgb, scalePixels, type ValueRange } from "./array-image";
import { useRanged } from "./use-ranged";

interface ArrayImageProps {
  readonly name: string;
  /** An array with rows and columns; nothing else is drawn. */
  readonly value: unknown;
  readonly unit?: string | undefined;
  readonly precision?: number | undefined;
}

/** An array as a picture: numbers as colours of a scale, with what the scale stands for, or colours as they are. */
export function ArrayImage({ name, value, unit = "", precision }: ArrayImageProps) {
  const [held, setHeld] = useState<ValueRange>();
  const ranged = useRanged(isImage(value) ? value : undefined);
  const range = held ?? ranged?.range;
  const picture = useMemo(() => ranged && range && imagePixels(ranged.array, range), [ranged, range]);
  if (ranged === undefined || range === undefined || picture === undefined) return null;
  const { array, range: own } = ranged;
  const hasScale = !isRgb(array);
  const limit = (of: number) => `${valueText(of, precision)} ${unit}`.trim();
  return (
    <figure class="array-image">
      <Pixels image={picture} label={`${name}: a picture, ${valueText(array)}`} />
      <figcaption>
        {hasScale && (
          <span class="colour-scale">
            <span>{limit(range.least)}</span>
            <Pixels image={SCALE} label={`Colours from ${limit(range.least)} to ${limit(range.largest)}`} />
            <span>{limit(range.largest)}</span>
            <button
              type="button"
              class="quiet"
              aria-pressed={held !== undefined}
              aria-label={`Hold the range of ${name}`}
              onClick={() => setHeld(held === undefined ? own : undefined)}
            >
              Hold range
            </button>
          </span>
        )}
        <span class="hint">{valueText(array)}</span>
      </figcaption>
    </figure>
  );
}

const SCALE = scalePixels();

function Pixels({ image, label }: { readonly image: ImagePixels; readonly label: string }) {
  const place = useRef<HTMLCanvasElement>(null);
  const { width, height, pixels } = image;
  useEffect(() => {
    place.current?.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [image]);
  return <canvas ref={place} width={width} height={height} role="img" aria-label={label} />;
}
