import { type Locator, type Page } from "playwright-core";

/** More presses of Tab than a view has places. */
const MOST_PLACES = 400;

/** Presses Tab until something has the focus, as who has no mouse does. */
export async function tabTo(place: Locator): Promise<void> {
  const page = place.page();
  for (let pressed = 0; pressed < MOST_PLACES; pressed++) {
    if (await hasFocus(place)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${String(place)}`);
}

export function hasFocus(place: Locator): Promise<boolean> {
  return place.evaluate((element: { matches(selector: string): boolean }) => element.matches(":focus"));
}

/** Where the focus went through a view, and what is wrong with it. */
export interface FocusWalk {
  readonly places: number;
  /** What can be used, and was not reached. */
  readonly missed: readonly string[];
  /** What had the focus, and did not show it, or not on the screen. */
  readonly unseen: readonly string[];
}

/** Presses Tab from the beginning of a page until it comes around. */
export async function walk(page: Page): Promise<FocusWalk> {
  await page.evaluate(BEGIN);
  for (let pressed = 0; pressed < MOST_PLACES; pressed++) {
    await page.keyboard.press("Tab");
    if (!(await page.evaluate<boolean>("focusWalk.look()"))) break;
  }
  return page.evaluate<FocusWalk>("focusWalk.end()");
}

const BEGIN = `
  document.activeElement?.blur();
  getSelection().setBaseAndExtent(document.body, 0, document.body, 0);
  globalThis.focusWalk = (() => {
    const usable = () => [...document.querySelectorAll(
      "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex='0']",
    )].filter((element) => element.checkVisibility({ visibilityProperty: true }));
    const nameOf = (element) =>
      element.tagName + " " + (element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 40));
    const before = usable();
    const reached = new Set();
    const unseen = [];
    return {
      look() {
        const element = document.activeElement;
        if (element === document.body || element === document.documentElement || reached.has(element)) return false;
        reached.add(element);
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) unseen.push(nameOf(element) + ": no outline");
        const box = element.getBoundingClientRect();
        const x = Math.min(Math.max((box.left + box.right) / 2, 0), innerWidth - 1);
        const y = Math.min(Math.max((box.top + box.bottom) / 2, 0), innerHeight - 1);
        const top = document.elementFromPoint(x, y);
        if (!element.contains(top) && !top?.contains(element)) unseen.push(nameOf(element) + ": behind " + nameOf(top));
        return true;
      },
      end() {
        // What came or went meanwhile was not there for all of the walk.
        const missed = usable().filter((element) => before.includes(element) && !reached.has(element));
        return { places: reached.size, missed: missed.map(nameOf), unseen };
      },
    };
  })();
`;
