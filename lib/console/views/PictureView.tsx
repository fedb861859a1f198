import { useEffect, useRef, useState } from "preact/hooks";
import { MOST_PIXELS, pictureKind } from "../model/pictures";
import { blobOf } from "./blob-of";
import { BytesDownload, download } from "./BytesDownload";

interface PictureViewProps {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Called when the picture stands on the screen, or could not be drawn. */
  readonly onDrawn?: () => void;
}

/** A picture; the one before stays until this one is ready, and is then forgotten. */
export function PictureView({ name, bytes, onDrawn }: PictureViewProps) {
  const image = useRef<HTMLImageElement>(null);
  const shown = useRef<string>(undefined);
  const [problem, setProblem] = useState<string>();
  const kind = pictureKind(bytes);
  const isTooLarge = kind !== undefined && kind.width * kind.height > MOST_PIXELS;

  useEffect(() => {
    const element = image.current;
    if (kind === undefined || element === null) {
      onDrawn?.();
      return;
    }
    const leaving = { isLeft: false };
    const isLeft = () => leaving.isLeft;
    const show = async () => {
      const blob = await blobOf(bytes, kind.type);
      if (isLeft()) return;
      const [before, url] = [shown.current, URL.createObjectURL(blob)];
      shown.current = url;
      element.src = url;
      try {
        // Not by the thread of the page.
        await element.decode();
        setProblem(undefined);
      } catch {
        if (!isLeft()) setProblem("this picture cannot be drawn");
      }
      if (before !== undefined) URL.revokeObjectURL(before);
    };
    void show().finally(() => requestAnimationFrame(() => onDrawn?.()));
    return () => {
      leaving.isLeft = true;
    };
    // Only another picture is drawn again.
  }, [bytes]);

  useEffect(
    () => () => {
      if (shown.current !== undefined) URL.revokeObjectURL(shown.current);
    },
    [],
  );

  if (kind === undefined || isTooLarge) return <BytesDownload name={name} bytes={bytes} />;
  return (
    <figure class="picture">
      <img
        ref={image}
        alt={`Picture of ${name}, ${kind.width} by ${kind.height} pixels`}
        width={kind.width}
        height={kind.height}
      />
      <figcaption>
        <span class="hint">
          {kind.width} × {kind.height}, {(bytes.byteLength / 1_000).toFixed(0)} kB
        </span>
        <button
          type="button"
          class="quiet"
          aria-label={`Download the picture of ${name}`}
          onClick={() => download(`${name}.${kind.type === "image/png" ? "png" : "jpg"}`, bytes, kind.type)}
        >
          Download
        </button>
        {problem !== undefined && <span class="problem">{problem}</span>}
      </figcaption>
    </figure>
  );
}
