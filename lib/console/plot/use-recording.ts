import { useEffect, useMemo } from "preact/hooks";
import { type Observable } from "rxjs";
import { Recording } from "./recording";

/**
 * Records a source while the view that shows it is there.
 *
 * @param source - Another one is recorded as well, behind what there is already; nothing to record nothing for now.
 * @param holds - Whether it is what came last until the next comes. Default false.
 */
export function useRecording(source: Observable<unknown> | undefined, holds = false): Recording {
  const recording = useMemo(() => new Recording(holds), [holds]);
  useEffect(() => {
    if (source !== undefined) recording.start(source);
    return () => recording.stop();
  }, [recording, source]);
  return recording;
}
