import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { addToken, type RpcServer, serve, type ServeOptions } from "../../lib/index";
import { selfSignedCertificate } from "../support/certificate";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { BenchCamera } from "./page/bench-camera";
import { SpotFinder } from "./page/spot-finder";

const CHROMIUM = process.env.RIGWIRE_CHROMIUM ?? "/usr/bin/chromium";
const isRequired = process.env.RIGWIRE_BROWSER === "required";
const isThere = existsSync(CHROMIUM);
if (!isThere && !isRequired) {
  process.stdout.write(`pages are not tested: there is no ${CHROMIUM} (apt-get install chromium)\n`);
}

const folder = mkdtempSync(join(tmpdir(), "rigwire-pages-"));
const tokens = join(folder, "tokens");
const token = addToken(tokens, "page");
let web: Server | undefined;
let origin: string;
let browser: Browser | undefined;

(isThere || isRequired ? describe : describe.skip)("a page in Chromium", () => {
  beforeAll(async () => {
    await promisify(execFile)(process.execPath, [join(__dirname, "bundle.mjs"), folder]);
    const server = createServer(({ url = "/" }, response) => {
      const isScript = /^\/[\w-]+\.js$/.test(url);
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? readFileSync(join(folder, url)) : html(url.slice("/".length)));
    });
    web = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    web?.closeAllConnections();
    await new Promise((resolve) => (web === undefined ? resolve(undefined) : web.close(resolve)));
  });

  describe.each(["esbuild", "vite"])("bundled with %s", (bundler) => {
    let page: Page;
    let device: RpcServer;

    beforeEach(async () => {
      device = await serving("ws://127.0.0.1");
      page = await browser!.newPage();
      await page.goto(`${origin}/page-${bundler}`);
      await page.evaluate(`bench.connect("${device.url}", "${token}")`);
    });

    afterEach(async () => {
      await page.evaluate("bench.close()");
      await page.close();
      await device.close();
    });

    it("calls, sets a property, hears signals and shows a picture", async () => {
      expect(await page.evaluate("bench.call()")).toBe(5);
      expect(await page.evaluate("bench.property()")).toBe(4);
      expect(await page.evaluate("bench.signals()")).toEqual([7, 8]);
      expect(await page.evaluate("bench.picture()")).toEqual([2, 1]);
    });

    it("goes on when the device was restarted", async () => {
      expect(await page.evaluate("bench.call()")).toBe(5);
      await device.close();
      device = await serving(device.url);

      expect(await calledAgain(page)).toBe(5);
      expect(await page.evaluate("bench.signals()")).toEqual([7, 8]);
    });

    it("is told that its token is not known", async () => {
      await page.evaluate("bench.close()");
      await page.evaluate(`bench.connect("${device.url}", "of another device")`);

      expect(await page.evaluate("bench.failure()")).toMatch(
        /^AuthenticationError: .*does not know this client's token/,
      );
    });

    it("is told what to look at where the device does not take the page", async () => {
      const other = await serving("ws://127.0.0.1", ["http://rig.lab"]);
      await page.evaluate("bench.close()");
      await page.evaluate(`bench.connect("${other.url}", "${token}")`);

      expect(await page.evaluate("bench.failure()")).toMatch(
        /^DeviceUnavailableError: .*does it take this page \(origins\)/,
      );
      await other.close();
    });

    it("gets objects of a class in signals, where it imports what makes them", async () => {
      const finder = closing(await served(new SpotFinder(), { url: "ws://127.0.0.1" }));
      const pageOfClasses = closing(await browser!.newPage());
      await pageOfClasses.goto(`${origin}/page-of-classes-${bundler}`);

      expect(await pageOfClasses.evaluate(`distanceOfSpot("${finder.url}")`)).toEqual([true, 5]);
    });
  });

  describe("over wss:", () => {
    const tls = selfSignedCertificate();
    let device: RpcServer;

    beforeEach(async () => {
      device = await serving("wss://127.0.0.1", [origin], { tls });
    });

    afterEach(() => device.close());

    async function pageIn(context: BrowserContext): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${origin}/page-vite`);
      await page.evaluate(`bench.connect("${device.url}", "${token}")`);
      return page;
    }

    it("calls and hears signals where the browser trusts the certificate", async () => {
      const context = await browser!.newContext({ ignoreHTTPSErrors: true });
      const page = await pageIn(context);

      expect(device.url).toMatch(/^wss:/);
      expect(await page.evaluate("bench.call()")).toBe(5);
      expect(await page.evaluate("bench.signals()")).toEqual([7, 8]);
      await page.evaluate("bench.close()");
      await context.close();
    });

    it("is told to look at the certificate where it does not", async () => {
      const context = await browser!.newContext();
      const page = await pageIn(context);

      expect(await page.evaluate("bench.failure()")).toMatch(
        /^DeviceUnavailableError: .*does the browser trust its certificate/,
      );
      await page.evaluate("bench.close()");
      await context.close();
    });
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serving(url: string, origins = [origin], options: ServeOptions = {}): Promise<RpcServer> {
  return served(new BenchCamera(), { url, tokens, origins, ...options });
}

function served(device: object, options: ServeOptions): Promise<RpcServer> {
  return serve(device, { origins: [origin], logger: new RecordingLogger(), closeGraceMs: 100, ...options });
}

function html(script: string): string {
  return `<!doctype html><title>bench</title><body><script type="module" src="/${script}.js"></script></body>`;
}

/** Asked before the page has heard that its connection is gone, a call fails, and nobody but its caller may repeat it. */
async function calledAgain(page: Page): Promise<unknown> {
  try {
    return await page.evaluate("bench.call()");
  } catch (error) {
    if (!String(error).includes("ConnectionLostError")) throw error;
    return page.evaluate("bench.call()");
  }
}
