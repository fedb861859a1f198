import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Browser, type Page } from "playwright-core";
import { clientOf, connect } from "../../lib/index";
import { CameraContract } from "../../samples/plant-scanner/camera-contract";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import {
  builtConsole,
  deviceHash,
  HAS_BROWSER,
  launchedBrowser,
  openedPage,
  type PageOptions,
} from "./opened-console";
import { drawsAgain, memberOf } from "./page-parts";
import { ScannerRig, type StartedConsole } from "./scanner-rig";
import { takePicture } from "./screen-pictures";

const LOGGED_OUT_WITHIN_MS = 60_000;

/** So that a test can end the connections of a page. */
const KEEP_SOCKETS = `
  globalThis.sockets = [];
  const Native = WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...how) {
      super(...how);
      sockets.push(this);
    }
  };
`;

/** Whoever would connect again would have done so several times by then, in milliseconds. */
const LEFT_ALONE_MS = 3_000;

const PICTURES_WITHIN_MS = 90_000;

(HAS_BROWSER ? describe : describe.skip)("the plant scanner, its processes behind rigwire console", () => {
  const closers: (() => Promise<void> | void)[] = [];
  let rig: ScannerRig;
  let served: StartedConsole;
  let browser: Browser;
  /** Of the session that the printed address began. */
  let known: PageOptions;

  beforeAll(async () => {
    const built = await builtConsole();
    closers.push(() => rmSync(built, { recursive: true, force: true }));
    rig = await ScannerRig.start(built);
    closers.push(() => rig.close());
    served = await rig.console();
    browser = await launchedBrowser();
    closers.push(() => browser.close());
    const page = await openedPage(browser, served.open);
    known = { storageState: await page.context().storageState() };
    await page.context().close();
  }, 180_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const opened = async (hash: string, options: PageOptions = {}) => {
    const page = await openedPage(browser, `${served.url}/${hash}`, { ...known, ...options });
    closing(page.context());
    return page;
  };

  it("is listed, and its address keeps no token", async () => {
    const page = await opened("");
    const rows = page.getByRole("region", { name: "Devices" }).getByRole("listitem");
    await rows.filter({ hasText: "connected" }).nth(2).waitFor();
    await rows.filter({ hasText: "angle" }).getByRole("button", { name: "Stop turntable" }).waitFor();

    expect(await rows.locator(".device-name").allTextContents()).toEqual([
      "camera",
      "controller",
      "turntable",
    ]);
    expect(page.url()).not.toContain("token");
    await takePicture(page, "console-devices");
  });

  it("has a property changed by hand, which its device then has", async () => {
    const camera = connect(CameraContract, rig.urlOf("camera"));
    closing(clientOf(camera));
    const page = await opened(deviceHash("camera"));
    const rotation = page.getByLabel("Set rotation", { exact: true });
    await rotation.fill("90");
    await rotation.press("Enter");
    await page.getByLabel("rotation", { exact: true }).filter({ hasText: "90" }).waitFor();
    expect(await camera.rotation.get()).toBe(90);

    await camera.rotation.set(0);
    await page.getByLabel("rotation", { exact: true }).filter({ hasText: /^0$/ }).waitFor();
  });

  it("scans from a dashboard, with its progress, a plot that moves and the camera's pictures", async () => {
    const page = await opened(deviceHash("controller"));
    page.setDefaultTimeout(PICTURES_WITHIN_MS);
    await callWith(page, "setConfig", "config, views", "4");
    await callWith(page, "setDatasetName", "name", "watched");
    await callWith(page, "setDbUrl", "url", pathToFileURL(rig.scans).href);
    await pin(page, "runScan");
    await page.getByRole("link", { name: "turntable" }).click();
    await pin(page, "angle");
    await page.getByRole("link", { name: "camera" }).click();
    await pin(page, "getImage");
    await page.getByRole("link", { name: "Dashboard" }).click();

    await page.getByRole("button", { name: "Live getImage" }).click();
    const picture = page.getByRole("img", { name: /Picture of getImage/ });
    await picture.waitFor();
    const first = await picture.getAttribute("src");
    await page.getByRole("button", { name: "Call runScan" }).click();
    const scan = memberOf(page, "runScan");
    const bar = scan.getByRole("progressbar");
    await eventually(
      "half of it",
      async () => Number(await bar.getAttribute("value")) >= 0.5,
      PICTURES_WITHIN_MS,
    );
    await drawsAgain(page.locator(".tile canvas"));
    await takePicture(page, "console-dashboard");
    await eventually(
      "another picture",
      async () => (await picture.getAttribute("src")) !== first,
      PICTURES_WITHIN_MS,
    );
    await scan.getByText("Done").waitFor();

    expect(await scan.getByLabel("Result of runScan").textContent()).toContain("view-003.jpg");
    expect(readdirSync(join(rig.scans, "watched"))).toContain("contact-sheet.jpg");
  }, 240_000);

  it("turns, which a plot shows, until it is stopped", async () => {
    const page = await opened(deviceHash("turntable"));
    const rotate = memberOf(page, "rotateTo");
    await callWith(page, "rotateTo", "degrees", "-100000", "Cancel rotateTo");
    await drawsAgain(memberOf(page, "angle").locator("canvas"));
    await takePicture(page, "console-turntable");
    await page.getByRole("article").getByRole("button", { name: "Stop turntable" }).click();

    await rotate.getByText("Failed").waitFor();
    expect(await rotate.getByRole("alert").textContent()).toContain("stopped at");
    await page
      .getByRole("article")
      .getByText(/^stopped \d\d:/)
      .waitFor();
  });

  it("loses a device whose process is killed, greys what it said, and has it back", async () => {
    const page = await opened(deviceHash("turntable"));
    const angle = memberOf(page, "angle");
    await angle.getByText(/^since/).waitFor();
    const before = await angle.getByLabel("angle", { exact: true }).textContent();
    await rig.kill("turntable");
    await angle.getByText(/^lost since \d\d:\d\d:\d\d$/).waitFor({ timeout: 10_000 });

    expect(await angle.getAttribute("class")).toContain("is-stale");
    expect(await angle.getByLabel("angle", { exact: true }).textContent()).toBe(before);
    expect(await page.getByRole("button", { name: "Call rotateTo" }).isDisabled()).toBe(true);
    await takePicture(page, "console-lost");
    await rig.serve("turntable");
    await angle.getByText(/^since/).waitFor({ timeout: 20_000 });
    expect(await angle.getByLabel("angle", { exact: true }).textContent()).toBe("0.0");
  }, 60_000);

  it("is shown to nobody with a wrong token, or with one that was used", async () => {
    for (const url of [`${served.url}/?token=made-up`, served.open]) {
      const context = await browser.newContext();
      closing(context);
      const page = await context.newPage();
      const response = await page.goto(url);

      expect(response?.status()).toBe(401);
      expect(await page.textContent("body")).toContain("Open the address that rigwire console has printed");
      expect(await context.cookies()).toEqual([]);
    }
  });

  it("tells whose session has ended, connects no more, and offers to log in again", async () => {
    const first = await rig.console();
    const page = await openedPage(browser, first.open);
    closing(page.context());
    page.setDefaultTimeout(LOGGED_OUT_WITHIN_MS);
    let connections = 0;
    page.on("websocket", () => connections++);
    await page.addInitScript(KEEP_SOCKETS);
    await page.goto("about:blank");
    await page.goto(`${first.url}/${deviceHash("turntable")}`);
    await memberOf(page, "angle")
      .getByText(/^since/)
      .waitFor();
    await page.evaluate("fetch('/logout', { method: 'POST' })");
    await page.evaluate("for (const socket of sockets) socket.close(4401, 'session ended')");
    await page.getByText("Your session has ended").waitFor();
    await memberOf(page, "angle")
      .getByText(/^lost since/)
      .waitFor();
    const before = connections;
    await delay(LEFT_ALONE_MS);
    expect(connections).toBe(before);

    await page.getByRole("button", { name: "Log in again" }).click();
    await page.getByText("Open the address that rigwire console has printed").waitFor();
  }, 240_000);

  it("tells a page of before that the console was started anew", async () => {
    const first = await rig.console();
    const page = await openedPage(browser, first.open);
    closing(page.context());
    page.setDefaultTimeout(LOGGED_OUT_WITHIN_MS);
    await page.getByRole("link", { name: "turntable" }).waitFor();
    first.child.signal("SIGKILL");
    await first.child.ended;
    await page.getByText("console lost since").waitFor();
    await rig.console("--port", new URL(first.url).port);
    await page.getByText("Your session has ended").waitFor();
    await page.getByRole("button", { name: "Log in again" }).waitFor();

    expect(await page.getByRole("button", { name: /Stop all/ }).isDisabled()).toBe(true);
  }, 240_000);

  it("may only be looked at where the console was started so", async () => {
    const reading = await rig.console("--access", "read");
    const page = await openedPage(browser, reading.open);
    closing(page.context());
    await page.goto(`${reading.url}/${deviceHash("turntable")}`);
    await page.getByText("may only look").waitFor();

    await memberOf(page, "angle")
      .getByText(/^since/)
      .waitFor();
    expect(await page.getByRole("button", { name: "Call rotateTo" }).isDisabled()).toBe(true);
    expect(await page.getByRole("article").getByRole("button", { name: "Stop turntable" }).isDisabled()).toBe(
      true,
    );
    expect(await page.getByRole("button", { name: /Stop all/ }).isDisabled()).toBe(true);
    await page.getByRole("link", { name: "camera" }).click();
    await page.getByLabel("rotation", { exact: true }).waitFor();
    expect(await page.getByLabel("Set rotation", { exact: true }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Live getImage" }).count()).toBe(0);
  });
});

async function callWith(
  page: Page,
  method: string,
  argument: string,
  value: string,
  until = "Done",
): Promise<void> {
  const form = memberOf(page, method);
  await form.getByLabel(argument, { exact: true }).fill(value);
  await form.getByRole("button", { name: `Call ${method}` }).click();
  await (
    until === "Done" ? form.getByText(until, { exact: true }) : form.getByRole("button", { name: until })
  ).waitFor();
}

async function pin(page: Page, member: string): Promise<void> {
  await page.getByRole("button", { name: `Pin ${member} to the dashboard` }).click();
}
