import { useEffect, useReducer, useRef } from "preact/hooks";
import { type BehaviorSubject } from "rxjs";
import { drawSoon, drawWithFrame } from "./drawing";

/**
 * The value of a subject, drawn together with everything else that changes, however often it does.
 *
 * @param everyMs - For what need not be drawn as often: how long the next drawing waits. Default 0.
 */
export function useLive<T>(subject: BehaviorSubject<T>, everyMs = 0): T {
  return useDrawn(subject, everyMs, drawSoon);
}

/** The value of a subject, drawn with the next frame: for what the next thing waits for. */
export function useNewest<T>(subject: BehaviorSubject<T>): T {
  return useDrawn(subject, 0, drawWithFrame);
}

function useDrawn<T>(
  subject: BehaviorSubject<T>,
  everyMs: number,
  plan: (draw: () => void) => () => void,
): T {
  const [, drawAgain] = useReducer((count: number, _: undefined) => count + 1, 0);
  const drawn = useRef(subject.value);
  drawn.current = subject.value;
  useEffect(() => {
    let takeBack: (() => void) | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      takeBack = plan(() => {
        takeBack = undefined;
        drawAgain(undefined);
      });
    };
    // It may have changed since it was drawn: a subject tells at once what it is.
    const subscription = subject.subscribe((value) => {
      if (value === drawn.current || takeBack !== undefined || timer !== undefined) return;
      if (everyMs === 0) draw();
      else timer = setTimeout(draw, everyMs);
    });
    return () => {
      subscription.unsubscribe();
      clearTimeout(timer);
      takeBack?.();
    };
  }, [subject, everyMs, plan]);
  return subject.value;
}
