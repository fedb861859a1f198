import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { ServedConsole } from "./served-console";

const PROJECT = join(__dirname, "../..");
const CHROMIUM = process.env.RIGWIRE_CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser to test with, or must be one. */
export const HAS_BROWSER = process.env.RIGWIRE_BROWSER === "required" || existsSync(CHROMIUM);

/** The console as it is built, served, and a browser to open it with. */
export class OpenedConsole {
  private constructor(
    private readonly folder: string,
    readonly served: ServedConsole,
    readonly browser: Browser,
  ) {}

  static async start(): Promise<OpenedConsole> {
    const folder = await builtConsole();
    const served = await ServedConsole.start(folder);
    return new OpenedConsole(folder, served, await launchedBrowser());
  }

  /** @param hash - What of the console the page shows. */
  open(hash: string, options: PageOptions = {}): Promise<Page> {
    return openedPage(this.browser, `${this.served.url}${hash}`, options);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.served.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type PageOptions = Parameters<Browser["newContext"]>[0];

export const problemsOf = new WeakMap<Page, string[]>();

export function launchedBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}

/** Opens a page as somebody else would who has a screen of 1,280 px; what goes wrong in it is kept in {@link problemsOf}. */
export async function openedPage(browser: Browser, url: string, options: PageOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  problemsOf.set(page, problems);
  // A device that is away is refused a WebSocket, which browsers report by themselves.
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("WebSocket")) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.stack ?? error.message));
  await page.goto(url);
  return page;
}

/** Builds the console into a folder of its own. */
export async function builtConsole(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "rigwire-console-"));
  const vite = join(PROJECT, "node_modules/vite/bin/vite.js");
  const config = join(PROJECT, "lib/console/vite.config.mjs");
  await promisify(execFile)(
    process.execPath,
    [vite, "build", "--config", config, "--outDir", folder, "--logLevel", "error"],
    { cwd: PROJECT },
  );
  return folder;
}

/** Where a device is shown. */
export function deviceHash(name: string): string {
  return `#/devices/${encodeURIComponent(name)}`;
}
