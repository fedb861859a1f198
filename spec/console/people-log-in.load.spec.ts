import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type Page } from "playwright-core";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { addToken } from "../../lib/security/token-file";
import { closing } from "../support/closing";
import { Bench } from "./bench";
import { builtConsole, deviceHash, HAS_BROWSER, launchedBrowser, openedPage } from "./opened-console";
import { memberOf } from "./page-parts";
import { ServedConsole } from "./served-console";

const PASSWORD = "correct horse battery";

/** On a machine that does other things as well, in milliseconds; before the test itself is given up. */
const SHOWN_WITHIN_MS = 30_000;

/** Chromium lets a page wait that often failed to connect, in milliseconds. */
const BACK_WITHIN_MS = 30_000;

(HAS_BROWSER ? describe : describe.skip)("a person in Chromium", () => {
  let page: string;
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    page = await builtConsole();
    browser = await launchedBrowser();
  }, 180_000);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-login-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  afterAll(async () => {
    await browser.close();
    rmSync(page, { recursive: true, force: true });
  });

  const passwordFile = () => {
    const path = join(folder, "password");
    writeFileSync(path, `${PASSWORD}\n`, { mode: 0o600 });
    return path;
  };

  const served = async (options: GatewayOptions) => {
    const opened = closing(await ServedConsole.start(page, { login: "link", ...options }));
    await opened.serve("bench", new Bench());
    return opened;
  };

  const visited = async (url: string) => {
    const visit = await openedPage(browser, url);
    closing(visit.context());
    visit.setDefaultTimeout(SHOWN_WITHIN_MS);
    return visit;
  };

  it("logs in with the password, after a wrong one was refused", async () => {
    const visit = await visited((await served({ passwordFile: passwordFile() })).url);
    await logIn(visit, "wrong horse battery");
    await visit.getByText("That was neither the password nor a token that is known.").waitFor();
    await logIn(visit, PASSWORD);

    await visit.getByRole("link", { name: "bench" }).waitFor();
  }, 90_000);

  it("logs in with a token of the file of tokens", async () => {
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "desk");
    const visit = await visited((await served({ tokens })).url);
    await logIn(visit, token);

    await visit.getByRole("link", { name: "bench" }).waitFor();
  }, 90_000);

  it("finds the page live again after the console was started anew, where everybody is let in", async () => {
    const opened = await served({ login: "none" });
    const visit = await visited(`${opened.url}${deviceHash("bench")}`);
    const gain = memberOf(visit, "gain");
    await gain.getByText("2.50").waitFor();
    await opened.stop();
    await visit.getByText("console lost since").waitFor();
    await gain.getByText(/^lost since/).waitFor();
    await opened.startAnew();
    await gain.getByText(/^since/).waitFor({ timeout: BACK_WITHIN_MS });

    await visit.getByText("console lost since").waitFor({ state: "hidden", timeout: BACK_WITHIN_MS });
  }, 90_000);

  it.each(["password", "link"])(
    "logs in by %s again at a console that was started anew, and has the list",
    async (by) => {
      const opened = await served(by === "password" ? { passwordFile: passwordFile() } : {});
      const visit = await visited(opened.loginUrl);
      await visit.getByRole("link", { name: "bench" }).click();
      await memberOf(visit, "gain").getByText("2.50").waitFor();
      await opened.stop();
      await visit.getByText("console lost since").waitFor();
      await opened.startAnew();
      const ended = visit.getByText("Your session has ended");
      await ended.waitFor({ timeout: BACK_WITHIN_MS });
      await visit.getByRole("button", { name: "Log in again" }).click();
      if (by === "password") await logIn(visit, PASSWORD);
      else {
        await visit.getByText("Open the address that rigwire console has printed").waitFor();
        await visit.goto(opened.loginUrl);
      }
      await visit.getByRole("link", { name: "bench" }).waitFor({ timeout: BACK_WITHIN_MS });

      expect(await ended.count()).toBe(0);
    },
    90_000,
  );

  it("has the list though Chromium keeps connections back, as after a console was away for long", async () => {
    const opened = await served({ login: "none" });
    const visit = await visited(opened.url);
    await failToConnect(visit);
    await visit.reload();

    await visit.getByRole("link", { name: "bench" }).waitFor({ timeout: BACK_WITHIN_MS });
  }, 90_000);
});

/** More than Chromium lets a page have before it keeps each of its connections back for 1 to 5 s. */
const FAILING = 80;

/** Lets as many connections of a page fail as while its console is away for long. */
async function failToConnect(visit: Page): Promise<void> {
  await visit.evaluate(`Promise.all(Array.from({ length: ${FAILING} }, () => new Promise((ended) => {
    new WebSocket(location.origin.replace("http", "ws") + "/nowhere").onclose = ended;
  })))`);
}

async function logIn(visit: Page, secret: string): Promise<void> {
  await visit.getByLabel("Password or token").fill(secret);
  await visit.getByRole("button", { name: "Log in" }).click();
}
