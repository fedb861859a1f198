import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { addToken, type RpcServer, serve } from "../../lib/index";
import { RecordingLogger } from "../support/recording-logger";
import { BenchCamera } from "./page/bench-camera";

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
      const isScript = url === "/page-esbuild.js" || url === "/page-vite.js";
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
      await page.goto(`${origin}/${bundler}`);
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

      expect(await page.evaluate("bench.call()")).toBe(5);
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
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function serving(url: string, origins = [origin]): Promise<RpcServer> {
  const logger = new RecordingLogger();
  return serve(new BenchCamera(), { url, tokens, origins, logger, closeGraceMs: 100 });
}

function html(bundler: string): string {
  return `<!doctype html><title>bench</title><body><script type="module" src="/page-${bundler}.js"></script></body>`;
}
