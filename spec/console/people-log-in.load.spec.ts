import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type Page } from "playwright-core";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { addToken } from "../../lib/security/token-file";
import { closing } from "../support/closing";
import { Bench } from "./bench";
import { builtConsole, HAS_BROWSER, launchedBrowser, openedPage } from "./opened-console";
import { ServedConsole } from "./served-console";

const PASSWORD = "correct horse battery";

/** On a machine that does other things as well, in milliseconds; before the test itself is given up. */
const SHOWN_WITHIN_MS = 12_000;

(HAS_BROWSER ? describe : describe.skip)("a person in Chromium", () => {
  let page: string;
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    page = await builtConsole();
    browser = await launchedBrowser();
  }, 60_000);

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
  }, 30_000);

  it("logs in with a token of the file of tokens", async () => {
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "desk");
    const visit = await visited((await served({ tokens })).url);
    await logIn(visit, token);

    await visit.getByRole("link", { name: "bench" }).waitFor();
  }, 30_000);
});

async function logIn(visit: Page, secret: string): Promise<void> {
  await visit.getByLabel("Password or token").fill(secret);
  await visit.getByRole("button", { name: "Log in" }).click();
}
