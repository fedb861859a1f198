import * as fc from "fast-check";
import { DurationHistogram } from "../../lib/server/duration-histogram";
import { decodeDurations, durationsSince, quantileMs } from "../../lib/wire/durations";

const WIDTH = 2 ** (1 / 8);
const SHORTEST_MS = 2 ** -8;

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const ms of durations) histogram.add(ms);
  return histogram;
}

const durationsOfCalls = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

it("a quantile of many durations is that of the durations themselves, up to 9 % too long", () => {
  fc.assert(
    fc.property(durationsOfCalls, fc.double({ min: 0.01, max: 1, noNaN: true }), (durations, share) => {
      const sorted = [...durations].sort((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
      const told = quantileMs(histogramOf(durations).read(), share);

      expect(told).toBeGreaterThanOrEqual(exact - 0.001);
      expect(told).toBeLessThanOrEqual(Math.max(exact * WIDTH, SHORTEST_MS * WIDTH) + 0.001);
    }),
  );
});

it("what came between two readings is what was added between them", () => {
  fc.assert(
    fc.property(durationsOfCalls, durationsOfCalls, (earlier, later) => {
      const histogram = histogramOf(earlier);
      const before = histogram.read();
      for (const ms of later) histogram.add(ms);
      const between = durationsSince(histogram.read(), before);
      const alone = histogramOf(later).read();

      expect(between.buckets).toEqual(alone.buckets);
      expect(between.count).toBe(later.length);
    }),
  );
});

it("a histogram comes back from its text as it was", () => {
  const read = histogramOf([0, 0.02, 1, 1, 17, 4e9]).read();

  expect(decodeDurations(JSON.parse(JSON.stringify(read)))).toEqual(read);
});

it("its size is bounded, however many durations it has seen", () => {
  const histogram = new DurationHistogram();
  for (let ms = 1e-6; ms < 1e12; ms *= 1.01) histogram.add(ms);

  expect(histogram.read().buckets.length).toBeLessThanOrEqual(240);
});

it.each([undefined, null, 3, {}, { count: "3", sumMs: 1, maxMs: 1 }])(
  "%j counts as no durations",
  (value) => {
    expect(decodeDurations(value)).toMatchObject({ count: 0, p50Ms: 0, p99Ms: 0, buckets: [] });
  },
);
