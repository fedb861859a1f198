import { setTimeout as pause } from "node:timers/promises";
import { type ArrayResult, BufferMethod, type BufferResult, nd, NdArray, RpcService } from "../../lib/index";
import { deviceHash, HAS_BROWSER, OpenedConsole } from "./opened-console";
import { memberOf } from "./page-parts";
import { noisePng } from "./noise-png";

jest.setTimeout(120_000);

/** The longest time in which a page may not answer, in milliseconds, on a machine that does other things as well. */
const LONGEST_TASK_MS = 400;

const CALLS = 3;

/** What a picture is worked on after it stands on the screen, in milliseconds. */
const AFTERWARDS_MS = 1_500;

const [PNG_SIDE, ARRAY_SIDE, RGB_SIDE] = [4_096, 5_000, 4_000];
const PNG = noisePng(PNG_SIDE, PNG_SIDE);
const COUNTS = Uint16Array.from({ length: ARRAY_SIDE ** 2 }, (_, at) => at % 4_000);
const COLOURS = Uint8Array.from({ length: RGB_SIDE ** 2 * 3 }, (_, at) => at % 255);

/** A camera whose pictures have 50 MB, whatever they are. */
@RpcService({ type: "camera" })
class LargeCamera {
  @BufferMethod({ timeout: 60_000 }) file(): BufferResult {
    return [PNG, {}];
  }
  @BufferMethod({ timeout: 60_000 }) counts(): ArrayResult<NdArray<Uint16Array>, object> {
    return [nd(COUNTS, [ARRAY_SIDE, ARRAY_SIDE]), {}];
  }
  @BufferMethod({ timeout: 60_000 }) colours(): ArrayResult<NdArray<Uint8Array>, object> {
    return [nd(COLOURS, [RGB_SIDE, RGB_SIDE, 3]), {}];
  }
}

(HAS_BROWSER ? describe : describe.skip)("the console with pictures of 50 MB", () => {
  let opened: OpenedConsole;

  beforeAll(async () => {
    opened = await OpenedConsole.start();
    await opened.served.serve("cam", new LargeCamera());
  }, 60_000);

  afterAll(() => opened.close());

  it.each([
    ["a PNG", "file"],
    ["an array of numbers", "counts"],
    ["an array of colours", "colours"],
  ])("answers while it shows %s", async (what, member) => {
    const page = await opened.open("#/log");
    await page.addInitScript(WATCH);
    await page.goto("about:blank");
    await page.goto(`${opened.served.url}${deviceHash("cam")}`);
    const shown = memberOf(page, member);
    await shown.getByRole("button", { name: `Call ${member}` }).waitFor();
    await page.evaluate("longestTask = 0");
    for (let call = 0; call < CALLS; call++) {
      await shown.getByRole("button", { name: `Call ${member}` }).click();
      await shown
        .getByRole("img", { name: /picture/i })
        .first()
        .waitFor();
      await pause(AFTERWARDS_MS);
    }
    const longest = Number(await page.evaluate("longestTask"));
    process.stdout.write(`50 MB, ${what}: longest task ${longest.toFixed(0)} ms\n`);
    await page.context().close();

    expect(longest).toBeLessThan(LONGEST_TASK_MS);
  });
});

const WATCH = `
  globalThis.longestTask = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  }).observe({ type: "longtask" });
`;
