import { setTimeout as delay } from "node:timers/promises";
import { type CDPSession, type Page } from "playwright-core";
import { eventually } from "../support/eventually";
import { HostileDevice, MARKUP } from "./hostile-device";
import { deviceHash, HAS_BROWSER, OpenedConsole, problemsOf } from "./opened-console";

/** How long the page is watched, in milliseconds. */
const WATCHED_MS = 8_000;

/** The longest time in which a page may not answer, in milliseconds, on a machine that does other things as well. */
const LONGEST_TASK_MS = 1_000;

/** By how much the memory of scripts may differ between two moments, in bytes. */
const FLAT_WITHIN = 20_000_000;

(HAS_BROWSER ? describe : describe.skip)("the console with a hostile device", () => {
  let opened: OpenedConsole;
  let page: Page;

  beforeAll(async () => {
    opened = await OpenedConsole.start();
    await opened.served.serve(MARKUP, new HostileDevice());
  }, 60_000);

  beforeEach(async () => {
    page = await opened.open("");
    await page.addInitScript(WATCH);
    await page.reload();
    await page.goto(`${opened.served.url}${deviceHash(MARKUP)}`);
    await page.getByRole("heading", { name: "Methods" }).waitFor();
  });

  afterEach(() => page.context().close());
  afterAll(() => opened.close());

  it("shows markup as text, wherever it comes from", async () => {
    await page.getByRole("button", { name: "Call fail" }).click();
    await page.getByText("Failed").waitFor();
    await page.getByRole("heading", { name: MARKUP, level: 2 }).waitFor();
    await page.goto(`${opened.served.url}#/log`);
    await page.getByRole("cell", { name: MARKUP }).first().waitFor();

    expect(await page.evaluate("globalThis.hacked")).toBeUndefined();
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(problemsOf.get(page)).toEqual([]);
  });

  it("answers, and its memory stays flat, while 10,000 signals a second come", async () => {
    const memory = await page.context().newCDPSession(page);
    const flood = page.locator('[data-member="flood"]');
    const count = async () =>
      Number(
        (
          await flood
            .getByText(/signals/)
            .first()
            .textContent()
        )?.replace(/\D/g, ""),
      );
    // Until the plot holds as much as it ever will.
    await eventually("the flood", async () => (await count()) > 10_000, 30_000);
    const [before, usedBefore] = [await count(), await usedBytes(memory)];
    const startedAt = performance.now();
    await delay(WATCHED_MS);
    const perSecond = ((await count()) - before) / ((performance.now() - startedAt) / 1_000);
    const used = (await usedBytes(memory)) - usedBefore;
    const longest = Number(await page.evaluate("longestTask"));
    const clickedAt = performance.now();
    await page.getByRole("button", { name: "Pause flood" }).click();
    await page.getByText("Go on").waitFor();
    const answeredMs = performance.now() - clickedAt;
    process.stdout.write(
      `flood: ${perSecond.toFixed(0)} signals/s, longest task ${longest.toFixed(0)} ms, ` +
        `click to screen ${answeredMs.toFixed(0)} ms, memory ${(used / 1e6).toFixed(1)} MB\n`,
    );

    expect(longest).toBeLessThan(LONGEST_TASK_MS);
    expect(answeredMs).toBeLessThan(1_000);
    expect(used).toBeLessThan(FLAT_WITHIN);
  }, 60_000);

  it("keeps at most two pictures of 50 MB, however many come", async () => {
    await page.getByRole("button", { name: "Live picture" }).click();
    await eventually("five pictures", async () => Number(await page.evaluate("pictures.made")) >= 5, 90_000);
    const [kept, longest] = [await page.evaluate("pictures.kept"), await page.evaluate("longestTask")];
    process.stdout.write(
      `50 MB pictures: ${String(kept)} kept, longest task ${Number(longest).toFixed(0)} ms\n`,
    );

    expect(kept).toBeLessThanOrEqual(2);
    expect(longest).toBeLessThan(LONGEST_TASK_MS);
  }, 120_000);
});

/** Counts what a page holds, and how long it does not answer. */
const WATCH = `
  globalThis.pictures = { made: 0, kept: 0 };
  globalThis.longestTask = 0;
  const make = URL.createObjectURL, revoke = URL.revokeObjectURL;
  URL.createObjectURL = (blob) => { pictures.made++; pictures.kept++; return make.call(URL, blob); };
  URL.revokeObjectURL = (url) => { pictures.kept--; revoke.call(URL, url); };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  }).observe({ type: "longtask" });
`;

async function usedBytes(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}
