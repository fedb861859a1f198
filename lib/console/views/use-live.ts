import { useEffect, useReducer, useRef } from "preact/hooks";
import { type BehaviorSubject } from "rxjs";

/** The value of a subject, drawn at most once a frame however often it changes. */
export function useLive<T>(subject: BehaviorSubject<T>): T {
  const [, drawAgain] = useReducer((count: number, _: undefined) => count + 1, 0);
  const drawn = useRef(subject.value);
  drawn.current = subject.value;
  useEffect(() => {
    let frame = 0;
    // It may have changed since it was drawn: a subject tells at once what it is.
    const subscription = subject.subscribe((value) => {
      if (value === drawn.current || frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        drawAgain(undefined);
      });
    });
    return () => {
      subscription.unsubscribe();
      cancelAnimationFrame(frame);
    };
  }, [subject]);
  return subject.value;
}
