import fc from "../support/seeded-fast-check";
import { ClockEstimate } from "../../lib/client/clock-estimate";

const MINUTE_MS = 60_000;

it("never claims to know the moment better than it does, however long questions take and however clocks drift", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
      fc.array(fc.tuple(fc.nat(MINUTE_MS), fc.nat(2_000), fc.nat(2_000)), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -MINUTE_MS, max: MINUTE_MS }),
      fc.nat(1_000),
      (ahead, drift, questions, after, underWay) => {
        const clockAt = (now: number) => ahead + now * (1 + drift);
        let now = 0;
        const readings = questions.map(([wait, there, back]) => {
          const askedAt = (now += wait);
          const clock = clockAt((now += there));
          return { askedAt, clock, answeredAt: (now += back) };
        });
        const [first, ...others] = readings;
        const estimate = new ClockEstimate(first!);
        for (const reading of others) estimate.add(reading);

        const truth = now + after;
        const { at, uncertaintyMs } = estimate.momentOf(clockAt(truth), truth + underWay);
        expect(Math.abs(at - truth)).toBeLessThanOrEqual(uncertaintyMs + 1e-6);
        expect(uncertaintyMs).toBeLessThan(Infinity);
      },
    ),
  );
});

it("is as good as half the best round trip, and gets worse with age", () => {
  const estimate = new ClockEstimate({ askedAt: 0, clock: 1_050, answeredAt: 100 });
  estimate.add({ askedAt: 200, clock: 1_201, answeredAt: 202 });
  estimate.add({ askedAt: 300, clock: 1_340, answeredAt: 380 });

  expect(estimate.momentOf(1_201, 300).uncertaintyMs).toBeCloseTo(1);
  expect(estimate.momentOf(2_201, 9_999).uncertaintyMs).toBeCloseTo(2.2);
});

it("forgets what it knew when the server's clock was set", () => {
  const estimate = new ClockEstimate({ askedAt: 0, clock: 1_000, answeredAt: 2 });
  estimate.add({ askedAt: 1_000, clock: 62_001, answeredAt: 1_002 });

  expect(estimate.momentOf(62_101, 9_999).at).toBeCloseTo(1_101);
});
