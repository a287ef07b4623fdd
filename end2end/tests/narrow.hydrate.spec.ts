// Narrow windows, which are also large letters: 720 pixels are a window of 1440 at 200 %, 320 one of 1280 at 400 % (WCAG 1.4.10).
// Nothing sticks out sideways, nothing is cut off, and what has the focus is seen.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { screens } from "../screens";

const WIDTHS = [1024, 720, 390, 320];

/** What sticks out of the window although nothing around it can be scrolled, and cards of which something is cut off. */
async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    const named = (element: Element) => `${element.tagName}.${element.getAttribute("class") ?? ""} “${(element.textContent ?? "").trim().slice(0, 40)}”`;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
    const scrolls = (element: Element | null): boolean => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(at).overflowX)) return true;
      }
      return false;
    };
    for (const element of document.querySelectorAll("body *")) {
      const { right, left, width } = element.getBoundingClientRect();
      const out = width > 1 && (right > root.clientWidth + 1 || left < -1);
      const unseen = element.closest("svg, .skip-link, .visually-hidden, .rehearsal") || !element.checkVisibility({ checkVisibilityCSS: true });
      if (out && !unseen && !scrolls(element.parentElement) && !scrolls(element)) found.push(`sticks out: ${named(element)}`);
    }
    for (const card of document.querySelectorAll(".card:not(.card-open), button, .button, .swatch, .badge")) {
      if (card.scrollHeight > card.clientHeight + 2 && getComputedStyle(card).display !== "inline") found.push(`is cut off: ${named(card)}`);
    }
    return found;
  });
}

/** Gives each focus stop the focus, and tells which of them are covered by something that stays in its place. */
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const stops = [...document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary, [tabindex='0']")];
    const found: string[] = [];
    const dialog = document.querySelector("dialog[open]");
    for (const stop of stops) {
      // A file input of one pixel: its label stands for it.
      const shown = stop.getBoundingClientRect().width <= 1 ? stop.closest("label") : stop;
      if (!shown?.checkVisibility({ checkVisibilityCSS: true }) || stop.matches(":disabled") || (dialog && !dialog.contains(stop))) continue;
      stop.focus({ preventScroll: false });
      if (document.activeElement !== stop) continue;
      await new Promise((drawn) => requestAnimationFrame(drawn));
      const { left, top, right, bottom } = shown.getBoundingClientRect();
      const [x0, x1] = [Math.max(left, 0), Math.min(right, innerWidth)];
      const [y0, y1] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
      const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [x0 + (x1 - x0) * x, y0 + (y1 - y0) * y]));
      const stays = (element: Element | null) => {
        for (let at = element; at; at = at.parentElement) {
          if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return !at.contains(shown) && !shown.contains(at);
        }
        return false;
      };
      const seen = x1 > x0 && y1 > y0 && points.some(([x, y]) => !stays(document.elementFromPoint(x, y)));
      if (!seen) found.push(`${stop.tagName} “${(stop.getAttribute("aria-label") ?? stop.textContent ?? "").trim().slice(0, 40)}”`);
    }
    return found;
  });
}

for (const [name, reach] of Object.entries(screens)) {
  test(`${name}: fits windows of ${WIDTHS.join(", ")} pixels, and no focus is covered`, async ({ page, request }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await reach(page, request);
    for (const width of WIDTHS) {
      // As low as a window of 900 pixels is at that size of letters.
      await page.setViewportSize({ width, height: width < 1024 ? 560 : 700 });
      await expect.poll(() => tooWide(page), { message: `${width} pixels` }).toEqual([]);
      expect(await covered(page), `covered at ${width} pixels`).toEqual([]);
    }
  });
}

test("nothing shrinks the letters of those who enlarge them", async ({ page, request }) => {
  await screens["a sequence with a pinned token"](page, request);
  const before = await page.locator(".whole").evaluate((text) => parseFloat(getComputedStyle(text).fontSize));
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const after = await page.locator(".whole").evaluate((text) => parseFloat(getComputedStyle(text).fontSize));
  expect(after).toBe(before * 2);
  expect(await tooWide(page)).toEqual([]);
});
