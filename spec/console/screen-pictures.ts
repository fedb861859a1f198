import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Page } from "playwright-core";

/** Where pictures of the page are written; without, none are. */
const FOLDER = process.env.RIGWIRE_SCREENSHOTS;

/** Keeps what the page shows, as a PNG file, where somebody wants to look at it. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (FOLDER === undefined) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}
