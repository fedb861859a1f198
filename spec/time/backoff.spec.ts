import { Backoff } from "../../lib/time/backoff";

describe("a backoff", () => {
  it("doubles its waits up to one second, each shortened by up to a half", () => {
    const backoff = new Backoff();
    for (const longest of [50, 100, 200, 400, 800, 1_000, 1_000, 1_000]) {
      const wait = backoff.next();
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
    }
  });

  it("takes its first wait, its longest and its jitter from its options", () => {
    const backoff = new Backoff({ firstMs: 400, longestMs: 1_000, jitter: [1, 1.5] });
    for (const shortest of [400, 800, 1_000, 1_000]) {
      const wait = backoff.next();
      expect(wait).toBeGreaterThanOrEqual(shortest);
      expect(wait).toBeLessThanOrEqual(shortest * 1.5);
    }
  });

  it("never waits longer than its longest, the first time included", () => {
    expect(new Backoff({ firstMs: 30_000, longestMs: 1_000, jitter: [1, 1] }).next()).toBe(1_000);
  });

  it("begins anew after a success", () => {
    const backoff = new Backoff();
    for (let attempt = 0; attempt < 9; attempt++) backoff.next();

    backoff.reset();

    expect(backoff.next()).toBeLessThanOrEqual(50);
  });

  it("is not in step with others", () => {
    const waits = new Set(Array.from({ length: 10 }, () => new Backoff().next()));
    expect(waits.size).toBeGreaterThan(1);
  });
});
