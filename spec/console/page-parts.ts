import { type Locator, type Page } from "playwright-core";
import { eventually } from "../support/eventually";

/** What the page shows of a member. */
export function memberOf(page: Page, member: string): Locator {
  return page.locator(`[data-member="${member}"]`);
}

/** Resolves when what a canvas shows has changed. */
export async function drawsAgain(canvas: Locator): Promise<void> {
  const drawn = () => canvas.evaluate((element: { toDataURL(): string }) => element.toDataURL());
  await canvas.waitFor();
  // What is not on the screen is not drawn.
  await canvas.scrollIntoViewIfNeeded();
  const before = await drawn();
  await eventually("the plot moves", async () => (await drawn()) !== before);
}
