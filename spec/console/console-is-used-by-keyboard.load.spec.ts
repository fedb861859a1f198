import { readFileSync } from "node:fs";
import { type Page } from "playwright-core";
import { dashboardText } from "../../lib/console/dashboard/dashboard";
import { eventually } from "../support/eventually";
import { hasFocus, tabTo, walk } from "./focus-walk";
import { deviceHash, HAS_BROWSER, OpenedConsole, problemsOf } from "./opened-console";
import { memberOf } from "./page-parts";
import { Panel } from "./panel";

jest.setTimeout(90_000);

(HAS_BROWSER ? describe : describe.skip)("the console, by the keyboard alone", () => {
  let opened: OpenedConsole;
  let page: Page;
  let panel: Panel;

  beforeAll(async () => {
    opened = await OpenedConsole.start();
    await opened.served.serve("other", new Panel());
  }, 60_000);

  beforeEach(async () => {
    panel = new Panel();
    await opened.served.serve("panel", panel);
  });

  afterEach(async () => {
    const problems = problemsOf.get(page) ?? [];
    await page.context().close();
    await opened.served.kill("panel");
    expect(problems).toEqual([]);
  });

  afterAll(() => opened.close());

  /** What belongs to a member. */
  const button = (member: string, name: string) => memberOf(page, member).getByRole("button", { name });
  const press = (key: string) => page.keyboard.press(key);

  it.each(["light", "dark"] as const)(
    "every place is reached and shows it, in its %s theme",
    async (colorScheme) => {
      for (const [hash, viewport] of [
        ["#/devices", { width: 1_280, height: 800 }],
        [deviceHash("panel"), { width: 1_280, height: 800 }],
        [deviceHash("panel"), { width: 360, height: 700 }],
        ["#/dashboard", { width: 1_280, height: 800 }],
        ["#/log", { width: 1_280, height: 800 }],
      ] as const) {
        if (hash !== "#/devices") await page.context().close();
        page = await opened.open("#/log", { colorScheme, viewport });
        await page.evaluate(`localStorage.setItem("rigwire-console-dashboard", ${JSON.stringify(PINNED)})`);
        await page.goto(`${opened.served.url}${hash}`);
        await page.reload();
        await page.getByRole("button", { name: /Stop all/, disabled: false }).waitFor();
        if (hash === deviceHash("panel")) await page.getByRole("button", { name: "Pause level" }).waitFor();
        if (hash === "#/dashboard") await page.getByRole("button", { name: "Pause gain" }).waitFor();
        const { places, missed, unseen } = await walk(page);

        expect({ hash, missed, unseen }).toEqual({ hash, missed: [], unseen: [] });
        expect(places).toBeGreaterThan(4);
      }
    },
  );

  it("a device is searched for, chosen and gone on with", async () => {
    page = await opened.open("");
    await page.getByRole("region", { name: "Devices" }).getByRole("listitem").nth(1).waitFor();
    await tabTo(page.getByLabel("Search devices"));
    await page.keyboard.type("panel");
    await tabTo(page.getByRole("link", { name: /^panel/ }));
    await press("Enter");
    await page.getByRole("article", { name: "panel" }).waitFor();
    await press("Tab");
    const focused = "document.activeElement.closest('.device-place') !== null";
    expect(await page.evaluate(focused)).toBe(true);
  });

  it("the list of devices can be passed by", async () => {
    page = await opened.open(deviceHash("panel"));
    await memberOf(page, "gain").waitFor();
    await press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await press("Enter");
    await press("Tab");
    expect(await page.evaluate("document.activeElement.closest('.device-place') !== null")).toBe(true);
  });

  it("values are written, slid, chosen and switched", async () => {
    page = await opened.open(deviceHash("panel"));
    await memberOf(page, "gain").waitFor();
    await tabTo(page.getByLabel("Set gain", { exact: true }));
    await press("ControlOrMeta+a");
    await page.keyboard.type("7");
    await press("Enter");
    await eventually("it is written", () => panel.gain === 7);
    await tabTo(page.getByLabel("Set gain, slider"));
    await press("ArrowRight");
    await eventually("it is slid", () => panel.gain > 7);
    await tabTo(page.getByLabel("Set isOn"));
    await press("Space");
    await eventually("it is switched", () => panel.isOn);
    await tabTo(page.getByLabel("Set label", { exact: true }));
    await press("ControlOrMeta+a");
    await page.keyboard.type("new");
    await tabTo(page.getByRole("button", { name: "Set label now" }));
    await press("Enter");
    await eventually("the text is set", () => panel.label === "new");
    await tabTo(page.getByLabel("Set settings", { exact: true }));
    await press("ControlOrMeta+a");
    await page.keyboard.type('{"a":1}');
    await press("Control+Enter");
    await eventually("the object is set", () => panel.settings.a === 1);
  });

  it("a choice on the way to another one is not made", async () => {
    page = await opened.open(deviceHash("panel"));
    const mode = page.getByLabel("Set mode", { exact: true });
    await tabTo(mode);
    await eventually("its value is there", async () => (await mode.inputValue()) === "0");
    await press("ArrowDown");
    await press("ArrowDown");
    await tabTo(page.getByRole("button", { name: "Set mode now" }));
    await press("Enter");
    await eventually("it is chosen", () => panel.mode === "full");
    expect(panel.modes).toEqual(["full"]);
  });

  it("a method is called, cancelled and stopped, one device and all", async () => {
    page = await opened.open(deviceHash("panel"));
    await tabTo(memberOf(page, "walk").getByLabel("steps", { exact: true }));
    await page.keyboard.type("3");
    await press("Enter");
    await memberOf(page, "walk").getByText("Done", { exact: true }).waitFor();
    await press("ControlOrMeta+a");
    await page.keyboard.type("2000");
    await tabTo(button("walk", "Call walk"));
    await press("Enter");
    await button("walk", "Cancel walk").waitFor();
    await tabTo(button("walk", "Cancel walk"));
    await press("Enter");
    await memberOf(page, "walk").getByText("Cancelled").waitFor();
    expect(panel.walked).toEqual([3, 2000]);
    await tabTo(page.getByRole("article").getByRole("button", { name: "Stop panel" }));
    await press("Enter");
    await eventually("it is stopped", () => panel.isStopped);
    panel.isStopped = false;
    await tabTo(page.getByRole("button", { name: /Stop all/ }));
    await press("Space");
    await eventually("all are stopped", () => panel.isStopped);
  });

  it("a plot is paused and zoomed, a picture is live, and what matters is pinned", async () => {
    page = await opened.open(deviceHash("panel"));
    await tabTo(button("picture", "Live picture"));
    await press("Space");
    await page.getByRole("img", { name: /Picture of picture/ }).waitFor();
    await press("Space");
    expect(await button("picture", "Live picture").getAttribute("aria-pressed")).toBe("false");
    await tabTo(button("picture", "Pin picture to the dashboard"));
    await press("Enter");
    await page.getByRole("button", { name: "Pause level" }).waitFor();
    await tabTo(button("level", "Pin level to the dashboard"));
    await press("Enter");
    await tabTo(memberOf(page, "level").getByRole("application"));
    await press("+");
    await tabTo(button("level", "Pause level"));
    await press("Enter");
    await page.getByText("Go on").waitFor();
    await tabTo(memberOf(page, "level").getByLabel("Time shown of level"));
    await press("ArrowDown");
    expect(await memberOf(page, "level").getByLabel("Time shown of level").inputValue()).toBe("600");
    expect(await page.evaluate("localStorage.getItem('rigwire-console-dashboard')")).toMatch(
      /picture.*level/s,
    );
  });

  it("a dashboard is arranged, exported, emptied and imported", async () => {
    page = await opened.open("#/log");
    await page.evaluate(`localStorage.setItem("rigwire-console-dashboard", ${JSON.stringify(PINNED)})`);
    await page.reload();
    await tabTo(page.getByRole("link", { name: "Dashboard" }));
    await press("Enter");
    const tiles = page.getByRole("region", { name: "Dashboard" }).locator(".tile");
    await eventually("two tiles", async () => (await tiles.count()) === 2);
    const handle = page.getByRole("button", { name: "Move panel gain: arrow keys" });
    await tabTo(handle);
    await press("ArrowRight");
    await eventually(
      "it is moved",
      async () => (await tiles.nth(1).getByLabel("Move panel gain: arrow keys").count()) === 1,
    );
    await eventually("it keeps the focus", () => hasFocus(handle));
    await tabTo(page.getByRole("button", { name: "Width of panel gain" }));
    await press("Enter");

    await tabTo(page.getByRole("button", { name: "Export" }));
    const download = page.waitForEvent("download");
    await press("Enter");
    const file = await (await download).path();
    expect(readFileSync(file, "utf8")).toContain("gain");
    await tabTo(page.getByRole("button", { name: "Take panel gain off" }));
    await press("Enter");
    await eventually("one tile", async () => (await tiles.count()) === 1);
    const choosing = page.waitForEvent("filechooser");
    await tabTo(page.getByRole("button", { name: "Import" }));
    await press("Enter");
    await (await choosing).setFiles(file);
    await eventually("two tiles", async () => (await tiles.count()) === 2);
  });
});

const PINNED = dashboardText([
  { device: "panel", member: "gain", kind: "value", width: 1 },
  { device: "panel", member: "walk", kind: "button", width: 1 },
]);
