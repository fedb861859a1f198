import { useEffect, useReducer, useRef } from "preact/hooks";
import { type BehaviorSubject } from "rxjs";

/**
 * The value of a subject, drawn at most once a frame however often it changes.
 *
 * @param everyMs - For what need not be drawn as often: how long the next drawing waits. Default 0.
 */
export function useLive<T>(subject: BehaviorSubject<T>, everyMs = 0): T {
  const [, drawAgain] = useReducer((count: number, _: undefined) => count + 1, 0);
  const drawn = useRef(subject.value);
  drawn.current = subject.value;
  useEffect(() => {
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      frame = requestAnimationFrame(() => {
        frame = 0;
        drawAgain(undefined);
      });
    };
    // It may have changed since it was drawn: a subject tells at once what it is.
    const subscription = subject.subscribe((value) => {
      if (value === drawn.current || frame !== 0 || timer !== undefined) return;
      if (everyMs === 0) draw();
      else timer = setTimeout(draw, everyMs);
    });
    return () => {
      subscription.unsubscribe();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [subject, everyMs]);
  return subject.value;
}
