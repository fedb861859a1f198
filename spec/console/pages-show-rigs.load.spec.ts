import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { clientOf, connect } from "../../lib/index";
import { CameraContract } from "../../samples/plant-scanner/camera-contract";
import { RenderedPlantSource } from "../../samples/plant-scanner/imaging/rendered-plant-source";
import { PlantCamera } from "../../samples/plant-scanner/plant-camera";
import { ScanController } from "../../samples/plant-scanner/scan-controller";
import { Turntable } from "../../samples/plant-scanner/turntable";
import { Stage } from "../../samples/spectrometer/stage";
import { Bench } from "./bench";
import { ServedConsole } from "./served-console";

const PROJECT = join(__dirname, "../..");
const SHOTS = process.env.RIGWIRE_SHOTS;

it("shots", async () => {
  execFileSync(
    process.execPath,
    [
      join(PROJECT, "node_modules/vite/bin/vite.js"),
      "build",
      "--config",
      "lib/console/vite.config.mjs",
      "--logLevel",
      "error",
    ],
    { cwd: PROJECT },
  );
  const served = await ServedConsole.start();
  const turntable = new Turntable();
  const table = await served.serve("turntable", turntable);
  const camera = await served.serve(
    "camera",
    new PlantCamera(new RenderedPlantSource({ angle: () => turntable.angle }), "127.0.0.1"),
  );
  const remotes = [connect(CameraContract, camera.url), connect(Turntable, table.url)] as const;
  await served.serve("controller", new ScanController(...remotes));
  await served.serve("stage", new Stage());
  await served.serve("bench <b>1</b>", new Bench());
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  mkdirSync(SHOTS!, { recursive: true });
  const problems: string[] = [];
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [360, 1280, 2560]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: width === 360 ? 740 : Math.round(width * 0.6) },
      });
      const page = await context.newPage();
      page.on("console", (m) => problems.push(m.text()));
      page.on("pageerror", (e) => problems.push(String(e.stack)));
      const shot = (name: string) =>
        page.screenshot({ path: join(SHOTS!, `${name}-${colorScheme}-${width}.png`) });
      await page.goto(served.url);
      await page.getByRole("link", { name: /stage/ }).waitFor();
      await shot("list");
      for (const name of ["bench <b>1</b>", "camera", "stage"]) {
        await page.goto(`${served.url}#/devices/${encodeURIComponent(name)}`);
        await page.getByRole("heading", { name: "Methods" }).waitFor();
        if (name === "camera") {
          await page.getByRole("button", { name: "Call getImage" }).click();
          await page.locator("img").waitFor();
        }
        if (name === "stage") {
          await page.getByLabel("target", { exact: true }).fill("80");
          await page.getByRole("button", { name: "Call moveTo" }).click();
        }
        await new Promise((r) => setTimeout(r, 1500));
        if (name === "camera")
          await page.getByRole("button", { name: "Pin getImage to the dashboard" }).click();
        if (name === "stage") {
          await page.getByRole("button", { name: "Pin position to the dashboard" }).click();
          await page.getByRole("button", { name: "Pin moveTo to the dashboard" }).click();
        }
        if (name.startsWith("bench"))
          await page.getByRole("button", { name: "Pin shaken to the dashboard" }).click();
        await shot(name.slice(0, 5));
      }
      await page.goto(`${served.url}#/dashboard`);
      await new Promise((r) => setTimeout(r, 2500));
      await shot("dashboard");
      await page.goto(`${served.url}#/log`);
      await shot("log");
      await context.close();
    }
  console.log(problems.slice(0, 20).join("\n"));
  await browser.close();
  for (const remote of remotes) await clientOf(remote).close();
  await served.close();
}, 200_000);
