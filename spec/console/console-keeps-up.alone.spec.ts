import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Browser, type CDPSession, type Page } from "playwright-core";
import { dashboardText } from "../../lib/console/dashboard/dashboard";
import { BufferMethod, type BufferResult, type DeviceRecord, RpcService, serve } from "../../lib/index";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { noisePng } from "./noise-png";
import { builtConsole, deviceHash, HAS_BROWSER, launchedBrowser, openedPage } from "./opened-console";

jest.setTimeout(120_000);

const DEVICES = 20;
const SIGNALS = 50;

/** How long the page is watched, in milliseconds. */
const WATCHED_MS = 5_000;

/** Far more than it takes on a machine that does other things as well, in milliseconds. */
const LIVE_WITHIN_MS = 20_000;

/** The longest time in which a page may not answer, in milliseconds. */
const LONGEST_TASK_MS = 500;

/** What of a second the page's process may compute. */
const MOST_OF_A_SECOND = 0.6;

const gauges = typeScriptProgram(join(__dirname, "../gateway/programs/gauges-process.ts"));
const gateways = typeScriptProgram(join(__dirname, "../gateway/programs/gateway-process.ts"));

/** A picture of 1 MB. */
const PICTURE = noisePng(577, 577);

@RpcService({ type: "camera" })
class QuickCamera {
  @BufferMethod()
  picture(): BufferResult {
    return [PICTURE, {}];
  }
}

(HAS_BROWSER ? describe : describe.skip)("the console with 20 devices and 50 signals at 10 Hz", () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await builtConsole();
    browser = await launchedBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startGateway(records: readonly DeviceRecord[]): Promise<[TypeScriptChild, string]> {
    const gateway = gateways.start([JSON.stringify(records), folder]);
    return [gateway, String(await gateway.next())];
  }

  it.each([
    ["in the list of devices", "#/devices", 2 * DEVICES, { width: 1_280, height: 800 }],
    ["on the dashboard, with plots", "#/dashboard", SIGNALS, { width: 1_280, height: 800 }],
    ["on the dashboard of a wall screen", "#/dashboard", SIGNALS, { width: 2_560, height: 1_440 }],
  ])("shows all of them live, and answers: %s", async (where, hash, count, viewport) => {
    const records = (await gauges.start([String(DEVICES)]).next()) as DeviceRecord[];
    const [gateway, url] = await startGateway(records);
    const page = await openedPage(browser, `${url}/#/log`, { viewport });
    await page.evaluate(
      `localStorage.setItem("rigwire-console-dashboard", ${JSON.stringify(pinned(records))})`,
    );
    await page.addInitScript(`${WATCH}; watchValues(${count})`);
    await page.goto("about:blank");
    await page.goto(`${url}/${hash}`);
    await eventually(
      "all values",
      async () => (await page.evaluate("valuesAt")) !== undefined,
      LIVE_WITHIN_MS,
    );
    const firstMs = Number(await page.evaluate("valuesAt"));

    await pause(1_000);
    await page.evaluate("longestTask = 0");
    const meter = await page.context().newCDPSession(page);
    await meter.send("Performance.enable");
    const before = { ...(await costOf(meter, browser, gateway)), at: performance.now() };
    await pause(WATCHED_MS);
    const after = await costOf(meter, browser, gateway);
    const seconds = (performance.now() - before.at) / 1_000;
    const a = (each: keyof Cost) => (after[each] - before[each]) / seconds;
    const longest = Number(await page.evaluate("longestTask"));
    const changed = await live(page, count);
    const clickedAt = performance.now();
    await page.getByRole("link", { name: "Log" }).click();
    await page.getByText("Nothing happened yet.").waitFor();
    const answeredMs = performance.now() - clickedAt;
    process.stdout.write(
      `${count} values ${where}: CPU a second: the page's process ${a("renderer").toFixed(3)} s (scripts ${a("script").toFixed(3)} s, ` +
        `layout and style ${a("layout").toFixed(3)} s; by the clock its tasks take ${a("task").toFixed(3)} s), gateway ${a("gateway").toFixed(3)} s; live ${firstMs.toFixed(0)} ms after opening, ` +
        `longest task ${longest.toFixed(0)} ms, click to screen ${answeredMs.toFixed(0)} ms\n`,
    );
    await page.context().close();

    expect(changed).toBe(count);
    expect(longest).toBeLessThan(LONGEST_TASK_MS);
    expect(answeredMs).toBeLessThan(1_000);
    expect(a("renderer")).toBeLessThan(MOST_OF_A_SECOND);
  });

  it("shows pictures of 1 MB one after the other", async () => {
    const options = { url: "tcp://127.0.0.1", name: "cam", logger: new RecordingLogger(), closeGraceMs: 50 };
    const server = closing(await serve(new QuickCamera(), options));
    const [, url] = await startGateway([{ name: "cam", type: "camera", url: server.url }]);
    const page = await openedPage(browser, `${url}/#/log`);
    await page.addInitScript(WATCH);
    await page.goto(`${url}/${deviceHash("cam")}`);
    await page.reload();
    await page.getByRole("button", { name: "Live picture" }).click();
    const shown = async () => Number(await page.evaluate("pictures"));
    await eventually("a picture", async () => (await shown()) > 5, LIVE_WITHIN_MS);
    await page.evaluate("longestTask = 0");
    const [before, startedAt] = [await shown(), performance.now()];
    await pause(WATCHED_MS / 2);
    const perSecond = ((await shown()) - before) / ((performance.now() - startedAt) / 1_000);
    const longest = Number(await page.evaluate("longestTask"));
    process.stdout.write(
      `pictures of ${(PICTURE.length / 1e6).toFixed(1)} MB: ${perSecond.toFixed(1)} a second, ` +
        `longest task ${longest.toFixed(0)} ms\n`,
    );
    await page.context().close();

    expect(perSecond).toBeGreaterThan(1);
    expect(longest).toBeLessThan(LONGEST_TASK_MS);
  });
});

/** What was used up to now, in seconds. */
interface Cost {
  readonly task: number;
  readonly script: number;
  readonly layout: number;
  readonly renderer: number;
  readonly gateway: number;
}

async function costOf(meter: CDPSession, browser: Browser, gateway: TypeScriptChild): Promise<Cost> {
  const { metrics } = await meter.send("Performance.getMetrics");
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? NaN;
  const ofBrowser = await browser.newBrowserCDPSession();
  const { processInfo } = await ofBrowser.send("SystemInfo.getProcessInfo");
  await ofBrowser.detach();
  gateway.send("cpu");
  const { user, system } = (await gateway.next()) as NodeJS.CpuUsage;
  return {
    task: metric("TaskDuration"),
    script: metric("ScriptDuration"),
    layout: metric("LayoutDuration") + metric("RecalcStyleDuration"),
    renderer: sum(processInfo.filter(({ type }) => type === "renderer").map(({ cpuTime }) => cpuTime)),
    gateway: (user + system) / 1e6,
  };
}

/** Resolves when so many values have changed since now. @returns How many there are. */
async function live(page: Page, count: number): Promise<number> {
  const values = () => page.evaluate<string[]>(VALUES);
  const changed = new Set<number>();
  let before = await values();
  await eventually(
    `${count} values change`,
    async () => {
      const now = await values();
      for (const [at, text] of now.entries()) if (text !== (before[at] ?? text)) changed.add(at);
      before = now;
      return changed.size >= count;
    },
    LIVE_WITHIN_MS,
  );
  return changed.size;
}

/** Two values of every other device, and three of the rest, each over time as well. */
function pinned(records: readonly DeviceRecord[]): string {
  const members = ["pressure", "temperature", "flow"];
  return dashboardText(
    records.flatMap(({ name: device = "" }, index) =>
      members
        .slice(0, index % 2 === 0 ? 2 : 3)
        .map((member) => ({ device, member, kind: "value", width: 1 }) as const),
    ),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

const VALUES = `[...document.querySelectorAll(".main-value .value, .tile .large output")].map((each) => each.textContent)`;

/** Counts pictures, how long the page does not answer, and when so many values have come. */
const WATCH = `
  globalThis.longestTask = 0;
  globalThis.pictures = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  }).observe({ type: "longtask" });
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => { pictures++; return make.call(URL, blob); };
  globalThis.valuesAt = undefined;
  function watchValues(count) {
    const timer = setInterval(() => {
      const there = ${VALUES}.filter((text) => /\\d/.test(text)).length;
      if (there < count) return;
      valuesAt = performance.now();
      clearInterval(timer);
    }, 10);
  }
`;
