import { History } from "../../lib/console/plot/history";
import { plotShapeOf } from "../../lib/console/plot/plot-shape";

describe("the history of a plot", () => {
  it("takes the same room however much comes, and keeps the peaks", () => {
    const history = new History(2);
    for (let at = 0; at < 100_000; at++) history.add(at / 1_000, [at === 50_000 ? 99 : 0, at]);
    const [times, first, second] = history.data;

    expect(history.length).toBeLessThanOrEqual(4_096);
    expect([first?.length, second?.length]).toEqual([times.length, times.length]);
    expect(Math.max(...(first as number[]))).toBe(99);
    expect(times.every((time, at) => at === 0 || time >= (times[at - 1] ?? 0))).toBe(true);
  });

  it("has a gap where no number came", () => {
    const history = new History(1);
    history.add(1, [Number.NaN]);
    history.add(2, ["3"]);

    expect(history.data).toEqual([
      [1, 2],
      [null, null],
    ]);
  });

  it("forgets what is older than an hour", () => {
    const history = new History(1);
    for (let at = 0; at < 5_000; at++) history.add(at * 2, [at]);

    expect(history.data[0][0]).toBeGreaterThanOrEqual(4_096 * 2 - 3_600);
  });
});

describe("the shape of a plot", () => {
  it.each([
    [3, { kind: "time", lines: 1 }],
    [[1, 2, 3], { kind: "time", lines: 3 }],
    [new Float64Array(4), { kind: "array" }],
    [Array.from({ length: 100 }, () => 0), { kind: "array" }],
    ["text", { kind: "table" }],
    [[1, "a"], { kind: "table" }],
    [[], { kind: "table" }],
  ])("of %p is %p", (value, shape) => {
    expect(plotShapeOf(value)).toEqual(shape);
  });
});
