import {
  BUCKET_COUNT,
  bucketAt,
  type BucketCount,
  type Durations,
  durationsOf,
  NO_DURATIONS,
  placeOf,
} from "../wire/durations";
import { toMicroseconds } from "../wire/moments";

/** Counts durations without keeping any of them. */
export class DurationHistogram {
  /** Made with the first: most members of a large device are never used. */
  private counts: Float64Array | undefined;
  private count = 0;
  private sumMs = 0;
  private maxMs = 0;

  add(ms: number): void {
    this.counts ??= new Float64Array(BUCKET_COUNT);
    const place = placeOf(ms);
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.count += 1;
    this.sumMs += ms;
    if (ms > this.maxMs) this.maxMs = ms;
  }

  read(): Durations {
    const { counts, count, sumMs, maxMs } = this;
    if (counts === undefined) return NO_DURATIONS;
    const buckets: BucketCount[] = [];
    counts.forEach((inBucket, place) => {
      if (inBucket > 0) buckets.push([bucketAt(place), inBucket]);
    });
    return durationsOf({ count, sumMs: toMicroseconds(sumMs), maxMs: toMicroseconds(maxMs), buckets });
  }
}
