import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type NdArray } from "../../browser";
import { isRgb, NO_RANGE, rangeOf, rangeWithin, type ValueRange } from "./array-image";

/** So many numbers are looked through at a time: a page is to answer in between. */
const AT_A_TIME = 2_000_000;

/** An array, and what its numbers lie between. */
export interface Ranged {
  readonly array: NdArray;
  readonly range: ValueRange;
}

const COLOURS_ITSELF: ValueRange = { least: 0, largest: 255 };

/** The newest array of which it is known what its numbers lie between: where there are many, the one before stays meanwhile. */
export function useRanged(array: NdArray | undefined): Ranged | undefined {
  const [ranged, setRanged] = useState<Ranged>();
  const newest = useRef(array);
  newest.current = array;
  const isBusy = useRef(false);
  const atOnce = useMemo(() => array && rangedAtOnce(array), [array]);
  useEffect(() => {
    if (array === undefined || atOnce !== undefined || isBusy.current) return;
    const lookThrough = async () => {
      let done: NdArray | undefined;
      for (let next = newest.current; next !== undefined && next !== done; next = newest.current) {
        setRanged({ array: next, range: await rangeInSteps(next) });
        done = next;
      }
    };
    isBusy.current = true;
    void lookThrough().finally(() => (isBusy.current = false));
  }, [array, atOnce]);
  return atOnce ?? ranged;
}

function rangedAtOnce(array: NdArray): Ranged | undefined {
  if (isRgb(array)) return { array, range: COLOURS_ITSELF };
  return array.size > AT_A_TIME ? undefined : { array, range: rangeOf(array) };
}

async function rangeInSteps(array: NdArray): Promise<ValueRange> {
  let range = NO_RANGE;
  for (let from = 0; from < array.size; from += AT_A_TIME) {
    if (from > 0) await new Promise((resolve) => setTimeout(resolve));
    range = rangeWithin(array, from, from + AT_A_TIME, range);
  }
  return range.least > range.largest ? { least: 0, largest: 0 } : range;
}
