import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Page } from "playwright-core";
import { dashboardText } from "../../lib/console/dashboard/dashboard";
import { clientOf, connect } from "../../lib/index";
import { CameraContract } from "../../samples/plant-scanner/camera-contract";
import { RenderedPlantSource } from "../../samples/plant-scanner/imaging/rendered-plant-source";
import { PlantCamera } from "../../samples/plant-scanner/plant-camera";
import { ScanController } from "../../samples/plant-scanner/scan-controller";
import { Turntable } from "../../samples/plant-scanner/turntable";
import { Stage } from "../../samples/spectrometer/stage";
import { eventually } from "../support/eventually";
import { Bench } from "./bench";
import { deviceHash, HAS_BROWSER, OpenedConsole, problemsOf } from "./opened-console";
import { drawsAgain, memberOf } from "./page-parts";
import { takePicture } from "./screen-pictures";

const FIRST_PIXEL = (canvas: {
  getContext(kind: "2d"): {
    getImageData(x: number, y: number, width: number, height: number): { data: Iterable<number> };
  };
}) => [...canvas.getContext("2d").getImageData(0, 0, 1, 1).data];

const VIEWS = [
  ["log", "#/log"],
  ["list", "#/devices"],
  ["stage", deviceHash("stage")],
  ["bench", deviceHash("bench <b>1</b>")],
  ["board", "#/dashboard"],
] as const;

const PINNED = dashboardText([
  { device: "stage", member: "position", kind: "value", width: 1 },
  { device: "stage", member: "moveTo", kind: "button", width: 1 },
  { device: "bench <b>1</b>", member: "shaken", kind: "plot", width: 2 },
  { device: "bench <b>1</b>", member: "exposed", kind: "plot", width: 1 },
  { device: "bench <b>1</b>", member: "heights", kind: "stream", width: 2 },
]);

const BENCH = "bench <b>1</b>";

(HAS_BROWSER ? describe : describe.skip)("the console in Chromium", () => {
  let opened: OpenedConsole;
  let page: Page;
  const turntable = new Turntable();
  const stage = new Stage();
  const bench = new Bench();
  const remotes: object[] = [];
  const scans = mkdtempSync(join(tmpdir(), "rigwire-scans-"));

  beforeAll(async () => {
    opened = await OpenedConsole.start();
    const { served } = opened;
    const table = await served.serve("turntable", turntable);
    const source = new RenderedPlantSource({ angle: () => turntable.angle });
    const camera = await served.serve("camera", new PlantCamera(source, "127.0.0.1"));
    const toCamera = connect(CameraContract, camera.url);
    const toTable = connect(Turntable, table.url);
    remotes.push(toCamera, toTable);
    await toCamera.resolution.set([320, 480]);
    const controller = new ScanController(toCamera, toTable);
    controller.setDbUrl(pathToFileURL(scans).href);
    await served.serve("controller", controller);
    await served.serve("stage", stage);
    await served.serve(BENCH, bench);
  }, 60_000);

  afterEach(async () => {
    const problems = problemsOf.get(page) ?? [];
    await page.context().close();
    expect(problems).toEqual([]);
  });

  afterAll(async () => {
    for (const remote of remotes) await clientOf(remote).close();
    await opened.close();
    rmSync(scans, { recursive: true, force: true });
  });

  it("lists the rig, and finds a device of it", async () => {
    page = await opened.open("");
    const rows = page.getByRole("region", { name: "Devices" }).getByRole("listitem");
    await rows.nth(4).waitFor();
    await page.getByLabel("Search devices").fill("turn");

    await eventually("one row", async () => (await rows.count()) === 1);
    await rows
      .first()
      .getByText(/^connected/)
      .waitFor();
    expect(await rows.first().textContent()).toMatch(/turntable.*connected/);
  });

  it("sets a property at the device, and shows why one is refused", async () => {
    page = await opened.open(deviceHash("stage"));
    const speed = page.getByLabel("Set speed", { exact: true });
    await speed.fill("12.5");
    await speed.press("Enter");
    await eventually("the speed", () => stage.speed === 12.5);
    await page.getByLabel("speed", { exact: true }).filter({ hasText: "12.5" }).waitFor();

    await speed.fill("80");
    await speed.press("Enter");
    expect(await page.getByRole("alert").textContent()).toBe("at most 50 mm/s");
    expect(stage.speed).toBe(12.5);
  });

  it("keeps what is written while the value before is being set", async () => {
    page = await opened.open(deviceHash(BENCH));
    const slow = page.getByLabel("Set slow", { exact: true });
    await slow.fill("5");
    await slow.press("Enter");
    await slow.fill("7");
    await page.getByLabel("slow", { exact: true }).filter({ hasText: "5" }).waitFor();
    const isSetting = page.getByRole("button", { name: "Set slow now", disabled: true });
    await isSetting.waitFor({ state: "hidden" });

    expect([await slow.inputValue(), bench.slow]).toEqual(["7", 5]);
  });

  it("switches, chooses and writes", async () => {
    page = await opened.open(deviceHash(BENCH));
    await page.getByRole("switch", { name: "Set isOn" }).click();
    await page.getByLabel("Set mode").selectOption("fast");
    await page.getByLabel("Set label", { exact: true }).fill("<i>new</i>");
    await page.getByRole("button", { name: "Set label now" }).click();

    await eventually("the values", () => bench.isOn && bench.mode === "fast" && bench.label === "<i>new</i>");
  });

  it("runs a scan, and shows its progress and the camera's pictures", async () => {
    page = await opened.open(deviceHash("controller"));
    await page.getByLabel("config, views", { exact: true }).fill("3");
    await page.getByRole("button", { name: "Call setConfig" }).click();
    await memberOf(page, "setConfig").getByText("Done", { exact: true }).waitFor();
    const scan = memberOf(page, "runScan");
    await scan.getByRole("button", { name: "Call runScan" }).click();
    const bar = scan.getByRole("progressbar");
    await eventually("progress", async () => Number(await bar.getAttribute("value")) > 0, 30_000);
    await scan.getByText("Done").waitFor({ timeout: 60_000 });
    expect(await scan.getByLabel("Result of runScan").textContent()).toContain("view-002.jpg");

    await page.goto(`${opened.served.url}${deviceHash("camera")}`);
    await page.getByRole("button", { name: "Live getImage" }).click();
    const picture = page.getByRole("img", { name: /Picture of getImage/ });
    const seen = new Set<string | null>();
    await eventually(
      "four pictures",
      async () => seen.add(await picture.getAttribute("src")).size > 3,
      30_000,
    );
    expect(await picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBeGreaterThan(
      0,
    );
  }, 120_000);

  it("says why a call cannot be made, and calls", async () => {
    page = await opened.open(deviceHash(BENCH));
    const add = memberOf(page, "add");
    await add.getByLabel("a", { exact: true }).fill("1");
    await add.getByLabel("b", { exact: true }).fill("101");
    await add.getByRole("button", { name: "Call add" }).click();
    expect(await add.getByRole("alert").textContent()).toBe("at most 100");
    await add.getByLabel("b", { exact: true }).fill("2");
    await add.getByRole("button", { name: "Call add" }).click();

    await add.getByLabel("Result of add").filter({ hasText: "3" }).waitFor();
  });

  it("plots what moves: one line, several, arrays and streams", async () => {
    page = await opened.open(deviceHash(BENCH));
    for (const member of ["shaken", "swept"]) await drawsAgain(memberOf(page, member).locator("canvas"));
    const stream = memberOf(page, "heights");
    await stream.getByLabel("count", { exact: true }).fill("500");
    await stream.getByRole("button", { name: "Read heights" }).click();
    await drawsAgain(stream.locator("canvas"));
    await memberOf(page, "noted").getByText("note 1").first().waitFor();
  });

  it("shows arrays with rows and columns as pictures, with what their colours stand for", async () => {
    page = await opened.open(deviceHash(BENCH));
    const exposed = memberOf(page, "exposed");
    await exposed.getByRole("img", { name: "exposed: a picture, 48 × 64 Uint16" }).waitFor();
    await exposed.getByRole("img", { name: /^Colours from \d+ counts to \d+ counts$/ }).waitFor();
    await drawsAgain(exposed.locator("canvas").first());
    const hold = exposed.getByRole("button", { name: "Hold the range of exposed" });
    await hold.click();
    expect(await hold.getAttribute("aria-pressed")).toBe("true");

    const snapshot = memberOf(page, "snapshot");
    await snapshot.getByRole("button", { name: "Call snapshot" }).click();
    const picture = snapshot.getByRole("img", { name: /a picture, 24 × 32 × 3 Uint8/ });
    await picture.waitFor();
    expect(await picture.evaluate(FIRST_PIXEL)).toEqual([200, 1, 2, 255]);
    await takePicture(page, "console-arrays");
  });

  it("has plots that are zoomed and moved by the keyboard, and come back", async () => {
    page = await opened.open(deviceHash(BENCH));
    const swept = memberOf(page, "swept");
    await drawsAgain(swept.locator("canvas"));
    await swept.getByRole("button", { name: "Pause swept" }).click();
    await swept.getByText("Go on").waitFor();
    const canvas = swept.locator("canvas");
    const drawn = () => canvas.evaluate((element: { toDataURL(): string }) => element.toDataURL());
    const all = await drawn();
    await swept.getByRole("application", { name: /^swept/ }).focus();
    await page.keyboard.press("+");
    await page.keyboard.press("ArrowRight");
    await eventually("a part", async () => (await drawn()) !== all);
    await page.keyboard.press("0");
    await eventually("all of it", async () => (await drawn()) === all);
    await swept.getByRole("button", { name: "Zoom into swept" }).press("Enter");
    await eventually("a part", async () => (await drawn()) !== all);
  });

  it("keeps a stream on the dashboard", async () => {
    page = await opened.open(deviceHash(BENCH));
    await page.getByRole("button", { name: "Pin heights to the dashboard" }).click();
    await page.getByRole("link", { name: "Dashboard" }).click();
    const tile = memberOf(page, "heights");
    await tile.getByLabel("count", { exact: true }).fill("500");
    await tile.getByRole("button", { name: "Read heights" }).press("Enter");
    await drawsAgain(tile.locator("canvas"));
  });

  it("offers bytes that are no picture as a file, and never shows them", async () => {
    page = await opened.open(deviceHash(BENCH));
    const file = memberOf(page, "file");
    await file.getByRole("button", { name: "Call file" }).click();
    const download = page.waitForEvent("download");
    await file.getByRole("button", { name: "Download" }).click();

    expect(readFileSync(await (await download).path(), "utf8")).toBe("<svg onload=alert(1)>");
    expect(await page.locator("svg").count()).toBe(0);
  });

  it.each([
    [
      "the button of the device",
      (at: Page) => at.getByRole("article").getByRole("button", { name: "Stop stage" }).click(),
    ],
    ["the button for all", (at: Page) => at.getByRole("button", { name: /Stop all/ }).click()],
    [
      "the keyboard, within a text",
      async (at: Page) => {
        await at.getByLabel("target", { exact: true }).focus();
        await at.keyboard.press("Alt+x");
      },
    ],
  ])("stops by %s", async (_, stop) => {
    page = await opened.open(deviceHash("stage"));
    stage.speed = 5;
    const move = memberOf(page, "moveTo");
    await move.getByLabel("target", { exact: true }).fill(stage.position > 50 ? "0" : "100");
    await move.getByRole("button", { name: "Call moveTo" }).click();
    await move.getByRole("progressbar").waitFor();
    await stop(page);

    await move.getByText("Failed").waitFor();
    expect(await move.getByRole("alert").textContent()).toMatch(/stop/);
  });

  it("cancels a call", async () => {
    page = await opened.open(deviceHash("stage"));
    const move = memberOf(page, "moveTo");
    await move.getByLabel("target", { exact: true }).fill(stage.position > 50 ? "0" : "100");
    await move.getByRole("button", { name: "Call moveTo" }).click();
    await move.getByRole("button", { name: "Cancel moveTo" }).click();

    await move.getByText("Cancelled").waitFor();
  });

  it("greys what a device that was killed last said, and goes on when it is back", async () => {
    const { served } = opened;
    await served.serve("lamp", new Bench());
    page = await opened.open(deviceHash("lamp"));
    const gain = page.locator('[data-member="gain"]');
    await gain.getByText("2.50").waitFor();
    await served.kill("lamp");
    await gain.getByText(/lost since \d\d:\d\d:\d\d/).waitFor();
    expect(await gain.getAttribute("class")).toContain("is-stale");
    expect(await gain.getByLabel("gain", { exact: true }).textContent()).toBe("2.50");

    const again = new Bench();
    again.gain = 7;
    await served.serve("lamp", again);
    await gain.getByText("7.00").waitFor({ timeout: 20_000 });
    await page.getByRole("link", { name: "Log" }).click();
    await page.getByText("connection lost", { exact: true }).first().waitFor();
  }, 30_000);

  it("keeps a dashboard that is arranged by the keyboard, and shows one that came as a link", async () => {
    page = await opened.open(deviceHash("stage"));
    for (const member of ["position", "moveTo"])
      await page.getByRole("button", { name: `Pin ${member} to the dashboard` }).click();
    await page.getByRole("link", { name: "Dashboard" }).click();
    const tiles = page.getByRole("region", { name: "Dashboard" }).getByRole("list").getByRole("listitem");
    await eventually("two tiles", async () => (await tiles.count()) === 2);
    await page.getByRole("button", { name: /Move stage moveTo/ }).press("ArrowLeft");
    await page.reload();
    await tiles.first().getByRole("button", { name: "Call moveTo" }).waitFor();

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const file = await (await download).path();
    await page.getByRole("button", { name: "Take stage moveTo off" }).click();
    await page.getByLabel("Dashboard file").setInputFiles(file);
    await eventually("two tiles", async () => (await tiles.count()) === 2);
  });

  it.each(["light", "dark"] as const)(
    "has nothing serious that axe finds, in its %s theme",
    async (colorScheme) => {
      page = await opened.open("", { colorScheme });
      const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
      await page.evaluate(axe);
      const findings: string[] = [];
      for (const hash of ["#/devices", deviceHash(BENCH), deviceHash("stage"), "#/dashboard", "#/log"]) {
        await page.goto(`${opened.served.url}${hash}`);
        await page.getByRole("heading").first().waitFor();
        const serious = await page.evaluate(
          `axe.run().then(({ violations }) => violations
           .filter(({ impact }) => impact === "serious" || impact === "critical")
           .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" | ")))`,
        );
        findings.push(...(serious as string[]).map((finding) => `${hash} ${finding}`));
      }

      expect(findings).toEqual([]);
    },
    60_000,
  );

  it.each([360, 1_280, 2_560])(
    "needs no scrolling sideways at %d px",
    async (width) => {
      for (const colorScheme of ["light", "dark"] as const) {
        page = await opened.open("#/log", { colorScheme, viewport: { width, height: 900 } });
        await page.evaluate(`localStorage.setItem("rigwire-console-dashboard", ${JSON.stringify(PINNED)})`);
        await page.reload();
        for (const [view, hash] of VIEWS) {
          await page.goto(`${opened.served.url}${hash}`);
          if (view === "bench") await drawsAgain(memberOf(page, "shaken").locator("canvas"));
          else
            await page
              .getByText(view === "log" ? "Nothing happened yet." : /stage/)
              .filter({ visible: true })
              .first()
              .waitFor();
          const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect(wider).toBeLessThanOrEqual(0);
          await takePicture(page, `console-${view}-${colorScheme}-${width}`);
        }
        if (colorScheme === "light") await page.context().close();
      }
    },
    90_000,
  );
});
