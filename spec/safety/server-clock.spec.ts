import fc from "../support/seeded-fast-check";
import { ServerClock } from "../../lib/client/server-clock";

const HOUR_MS = 3_600_000;

it("is never taken to be later than it is, however long its questions took and however the clocks drift", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: -100e-6, max: 100e-6, noNaN: true }),
      fc.array(fc.tuple(fc.nat(HOUR_MS), fc.nat(2_000), fc.nat(2_000)), { minLength: 1, maxLength: 5 }),
      fc.nat(24 * HOUR_MS),
      (ahead, drift, questions, later) => {
        const truth = (now: number) => ahead + now * (1 + drift);
        let now = 0;
        const readings = questions.map(([wait, there, back]) => {
          const askedAt = (now += wait);
          const clock = truth((now += there));
          return { askedAt, clock, answeredAt: (now += back) };
        });
        const [first, ...others] = readings;
        const clock = new ServerClock(first!);
        for (const reading of others) clock.add(reading);

        expect(clock.at(now + later)).toBeLessThanOrEqual(truth(now + later) + 1e-3);
      },
    ),
  );
});

it("is read again soon after a round trip that took long, and seldom after a quick one", () => {
  const clock = new ServerClock({ askedAt: 0, clock: 5, answeredAt: 500 });
  expect(clock.refreshAfterMs).toBe(200);
  clock.add({ askedAt: 700, clock: 705, answeredAt: 1_200 });
  expect(clock.refreshAfterMs).toBe(400);
  clock.add({ askedAt: 1_600, clock: 1_601, answeredAt: 1_602 });
  expect(clock.refreshAfterMs).toBe(30_000);
});

it("keeps the best reading: a slow one does not make it worse", () => {
  const clock = new ServerClock({ askedAt: 0, clock: 1, answeredAt: 2 });
  clock.add({ askedAt: 1_000, clock: 1_001, answeredAt: 1_900 });

  expect(clock.at(2_000)).toBeGreaterThan(1_998);
});

/** A server's clock that is slewed by 8 % from a moment on, as chrony does when it was far off. */
function slewed(from: number): (now: number) => number {
  return (now) => (now < from ? now : from + (now - from) * 0.92);
}

it("is never taken to be later than it is while somebody slews it, from any moment on", () => {
  fc.assert(
    fc.property(
      fc.nat(60_000),
      fc.array(fc.tuple(fc.integer({ min: 100, max: 3_000 }), fc.nat(50), fc.nat(50)), { minLength: 1 }),
      fc.nat(2_500),
      fc.nat(10_000),
      (from, questions, later, timeoutMs) => {
        const truth = slewed(from);
        let now = 0;
        const readings = questions.map(([wait, there, back]) => {
          const askedAt = (now += wait);
          const clock = truth((now += there));
          return { askedAt, clock, answeredAt: (now += back) };
        });
        const [first, ...others] = readings;
        const clock = new ServerClock(first!);
        for (const reading of others) clock.add(reading);
        now += later;

        expect(clock.at(now) - clock.errorAt(now)).toBeLessThanOrEqual(truth(now) + 1e-3);
        // What comes after is for the cancel to tell; a slew that is known is reckoned with.
        const lateBy = clock.deadline(now, now + timeoutMs) - truth(now + timeoutMs);
        expect(lateBy).toBeLessThanOrEqual(0.08 * timeoutMs + 1e-3);
      },
    ),
  );
});

it("of a server whose clock is being slewed makes no deadline late, once that was noticed", () => {
  const truth = slewed(0);
  const clock = new ServerClock({ askedAt: 0, clock: truth(1), answeredAt: 2 });
  clock.add({ askedAt: 2_000, clock: truth(2_001), answeredAt: 2_002 });

  expect(clock.deadline(4_000, 14_000)).toBeLessThanOrEqual(truth(14_000));
  expect(clock.deadline(4_000, 14_000)).toBeGreaterThan(truth(14_000) - 300);
});

it("is good for a long time that is left, and is to be read again for a short one", () => {
  const clock = new ServerClock({ askedAt: 0, clock: 1, answeredAt: 2 });

  expect(clock.isGoodFor(10_000, 2_000)).toBe(true);
  expect(clock.isGoodFor(500, 2_000)).toBe(false);
  expect(clock.isGoodFor(500, 500)).toBe(true);
});
