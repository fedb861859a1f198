import { isObject } from "./message";
import { toMicroseconds } from "./moments";

/** So many buckets for each doubling: a bucket's ends are 9 % apart. OpenTelemetry calls that scale 3. */
const BUCKETS_PER_DOUBLING = 8;

/** 4 µs: whatever is shorter counts as this. */
const LOWEST_BUCKET = -8 * BUCKETS_PER_DOUBLING;

/** 70 minutes: whatever is longer counts as this. */
const HIGHEST_BUCKET = 22 * BUCKETS_PER_DOUBLING - 1;

/** How many buckets there are. */
export const BUCKET_COUNT = HIGHEST_BUCKET - LOWEST_BUCKET + 1;

/** How many durations fell into a bucket: from `2^(bucket/8)` ms on, up to and with `2^((bucket+1)/8)` ms. */
export type BucketCount = readonly [bucket: number, count: number];

/** Many durations as a histogram: what is kept of them is bounded, however many there are. 0 for what there is none of. */
export interface Durations {
  readonly count: number;
  /** In milliseconds. */
  readonly sumMs: number;
  /** The longest, in milliseconds. */
  readonly maxMs: number;
  /** What half of them did not exceed, in milliseconds: the end of its bucket, so that it is up to 9 % too long. */
  readonly p50Ms: number;
  /** What 99 % of them did not exceed, likewise. */
  readonly p99Ms: number;
  /** Those that hold any, in ascending order. */
  readonly buckets: readonly BucketCount[];
}

export const NO_DURATIONS: Durations = { count: 0, sumMs: 0, maxMs: 0, p50Ms: 0, p99Ms: 0, buckets: [] };

/** A histogram without what follows from it. */
export type CountedDurations = Omit<Durations, "p50Ms" | "p99Ms">;

/** A histogram with its quantiles. */
export function durationsOf(counted: CountedDurations): Durations {
  const { count, sumMs, maxMs, buckets } = counted;
  const [p50Ms, p99Ms] = [quantileMs(counted, 0.5), quantileMs(counted, 0.99)];
  return { count, sumMs, maxMs, p50Ms, p99Ms, buckets };
}

/** The place of a duration's bucket among all of them, from 0. */
export function placeOf(ms: number): number {
  const bucket = Math.ceil(Math.log2(ms) * BUCKETS_PER_DOUBLING) - 1;
  return bucket <= LOWEST_BUCKET ? 0 : Math.min(bucket, HIGHEST_BUCKET) - LOWEST_BUCKET;
}

/** The number of a bucket by its place. */
export function bucketAt(place: number): number {
  return place + LOWEST_BUCKET;
}

/** The longest duration of a bucket, in milliseconds. */
export function upperEndMs(bucket: number): number {
  return 2 ** ((bucket + 1) / BUCKETS_PER_DOUBLING);
}

/**
 * The duration that a share of all did not exceed, in milliseconds: up to 9 % too long, and never beyond the longest.
 *
 * @param share - Such as 0.99.
 * @returns 0 where there are none.
 */
export function quantileMs({ count, maxMs, buckets }: CountedDurations, share: number): number {
  let left = Math.max(1, Math.ceil(share * count));
  for (const [bucket, inBucket] of buckets) {
    left -= inBucket;
    if (left <= 0) return Math.min(toMicroseconds(upperEndMs(bucket)), maxMs);
  }
  return 0;
}

/** Those that came between two readings of one histogram. The longest is known to its bucket only. */
export function durationsSince(now: Durations, before: Durations): Durations {
  const earlier = new Map(before.buckets);
  const buckets = now.buckets
    .map(([bucket, count]): BucketCount => [bucket, count - (earlier.get(bucket) ?? 0)])
    .filter(([, count]) => count > 0);
  const last = buckets.at(-1);
  return durationsOf({
    count: now.count - before.count,
    sumMs: now.sumMs - before.sumMs,
    maxMs: last === undefined ? 0 : Math.min(toMicroseconds(upperEndMs(last[0])), now.maxMs),
    buckets,
  });
}

/** Reads a histogram that anyone may have sent; what is none counts as empty. */
export function decodeDurations(value: unknown): Durations {
  if (!isObject(value)) return NO_DURATIONS;
  const { count, sumMs, maxMs, buckets } = value;
  if (typeof count !== "number" || typeof sumMs !== "number" || typeof maxMs !== "number")
    return NO_DURATIONS;
  return durationsOf({
    count,
    sumMs,
    maxMs,
    buckets: Array.isArray(buckets) ? buckets.filter(isBucketCount) : [],
  });
}

function isBucketCount(value: unknown): value is BucketCount {
  return Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number";
}
