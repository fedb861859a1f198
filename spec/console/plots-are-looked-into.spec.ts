import { imagePixels, isImage, rangeOf } from "../../lib/console/plot/array-image";
import { PlotWindow } from "../../lib/console/plot/plot-window";
import { nd } from "../../lib/browser";

describe("the part of a plot that is shown", () => {
  const looking = (...keys: string[]) => {
    const window = new PlotWindow();
    window.shown = { min: 0, max: 8 };
    for (const key of keys) window.onKey(key);
    return window.chosen;
  };

  it.each([
    [["+"], { min: 2, max: 6 }],
    [["-"], { min: -4, max: 12 }],
    [["ArrowRight"], { min: 2, max: 10 }],
    [["ArrowLeft"], { min: -2, max: 6 }],
    [["+", "ArrowRight"], { min: 3, max: 7 }],
    [["+", "0"], undefined],
    [["x"], undefined],
  ])("is after %j: %j", (keys, range) => {
    expect(looking(...keys)).toEqual(range);
  });

  it("is no other before anything was drawn", () => {
    const window = new PlotWindow();
    window.zoomIn();
    window.pan(1);

    expect(window.chosen).toBeUndefined();
  });
});

describe("an array as a picture", () => {
  it("has the colours of the scale's ends at its least and largest value, and none where no number is", () => {
    const array = nd(Float32Array.of(-2, 6, Number.NaN, Infinity), [2, 2]);
    const range = rangeOf(array);
    const { width, height, pixels } = imagePixels(array, range);

    expect([width, height, range]).toEqual([2, 2, { least: -2, largest: 6 }]);
    expect([...pixels]).toEqual([68, 1, 84, 255, 253, 231, 37, 255, 0, 0, 0, 0, 253, 231, 37, 255]);
  });

  it("has its own colours where each pixel is three bytes", () => {
    const array = nd(Uint8Array.of(255, 0, 0, 1, 2, 3), [1, 2, 3]);

    expect([...imagePixels(array, rangeOf(array)).pixels]).toEqual([255, 0, 0, 255, 1, 2, 3, 255]);
  });

  it("leaves out rows and columns that no screen shows", () => {
    const array = nd(new Uint16Array(3_000 * 2_000), [3_000, 2_000]);
    const { width, height } = imagePixels(array, rangeOf(array));

    expect([width, height]).toEqual([667, 1_000]);
  });

  it.each([
    [nd(new Uint16Array(6), [2, 3]), true],
    [nd(new BigInt64Array(4), [2, 2]), true],
    [nd(new Uint8Array(12), [2, 2, 3]), true],
    [nd(new Uint16Array(12), [2, 2, 3]), false],
    [nd(new Uint8Array(8), [2, 2, 2]), false],
    [nd(new Uint16Array(0), [0, 3]), false],
    [new Uint16Array(4), false],
  ])("is one by its shape: %#", (value, isOne) => {
    expect(isImage(value)).toBe(isOne);
  });
});
