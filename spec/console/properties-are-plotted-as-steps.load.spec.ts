import { setTimeout as delay } from "node:timers/promises";
import { Bench } from "./bench";
import { deviceHash, HAS_BROWSER, OpenedConsole, problemsOf } from "./opened-console";
import { memberOf } from "./page-parts";

/** How long a property stays as it is, in milliseconds. */
const STEP_MS = 1_500;

/** In how many columns of a plot its line is neither near the top nor near the bottom. */
const COLUMNS_IN_BETWEEN = (canvas: PixelCanvas) => {
  const [left, height] = [70, canvas.height - 40];
  const { data } = canvas.getContext("2d").getImageData(left, 0, canvas.width - left, height);
  const width = canvas.width - left;
  const columns = new Set<number>();
  for (let y = Math.round(height * 0.3); y < height * 0.7; y++) {
    for (let x = 0; x < width; x++) {
      const [red = 0, , blue = 0, alpha = 0] = data.slice((y * width + x) * 4, (y * width + x) * 4 + 4);
      if (alpha > 128 && Math.abs(blue - red) > 60) columns.add(x);
    }
  }
  return columns.size;
};

interface PixelCanvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

(HAS_BROWSER ? describe : describe.skip)("the console", () => {
  let opened: OpenedConsole;

  beforeAll(async () => (opened = await OpenedConsole.start()), 60_000);
  afterAll(() => opened.close());

  it("plots a property as steps, since it held in between", async () => {
    const bench = new Bench();
    bench.gain = 1;
    await opened.served.serve("bench", bench);
    const page = await opened.open(deviceHash("bench"));
    const gain = memberOf(page, "gain");
    await gain.getByLabel("Time shown of gain").selectOption("10");
    await delay(STEP_MS);
    bench.gain = 9;
    await gain.getByLabel("gain", { exact: true }).filter({ hasText: "9.00" }).waitFor();
    await delay(STEP_MS);
    await gain.getByRole("button", { name: "Pause gain" }).click();
    await gain.getByText("Go on").waitFor();
    // The line from the one value to the other takes no time.
    expect(await gain.locator("canvas").evaluate(COLUMNS_IN_BETWEEN)).toBeLessThan(8);
    expect(problemsOf.get(page)).toEqual([]);
    await page.context().close();
  });
});
