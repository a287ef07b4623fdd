// Every page in both themes, for axe; and what one reaches with the keyboard alone.
import type { Page } from "@playwright/test";
import { audit, expect, hydrated, test } from "../fixtures";
import { severalOdd } from "../files";
import { bars, card, choose, filterField, openCard, openSample, panel, ready, report, token, wholeText } from "../page";
import { SAMPLE } from "../sample";

/** The states of the pages, each with the way to it. */
const states: Record<string, (page: Page) => Promise<void>> = {
  "the first page": async (page) => {
    await page.goto("/");
    await hydrated(page);
  },
  "the paste dialog": async (page) => {
    await page.goto("/");
    await hydrated(page);
    await page.getByRole("button", { name: "Paste text" }).click();
  },
  "an open file": async (page) => {
    await openSample(page);
    await page.getByText("Import report:").click();
    await filterField(page).fill("the");
    await expect(page.getByText(/tokens marked/)).toBeVisible();
  },
  "no match": async (page) => {
    await openSample(page);
    await filterField(page).fill("no-such-token");
    await expect(page.getByText("No sequence matches.")).toBeVisible();
  },
  "a sequence": async (page) => {
    await openSample(page);
    await openCard(page, 1);
    await token(page, 3).click();
    await expect(panel(page)).toContainText("token 3");
    await page.getByText("Show as table").click();
    await expect(bars(page)).toHaveCount(24);
  },
  "a stored run": async (page) => {
    await page.goto("/import");
    await hydrated(page);
    await choose(page, SAMPLE);
    await page.waitForURL(/\/runs\/\w+$/);
    await ready(page);
  },
  "the list, and its question before deleting": async (page) => {
    await states["a stored run"](page);
    await page.goto("/import");
    await hydrated(page);
    await audit(page);
    await page.getByRole("button", { name: /^Delete/ }).first().click();
  },
  "several files and their report": async (page) => {
    await page.goto("/");
    await hydrated(page);
    await choose(page, severalOdd());
    await ready(page);
    await report(page).getByText("Import report:").click();
    await expect(report(page).getByRole("link", { name: /^sequence/ }).first()).toBeVisible();
  },
  "no open file": async (page) => {
    await page.goto("/local");
    await hydrated(page);
  },
};

for (const [name, reach] of Object.entries(states)) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing serious: ${name}, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await reach(page);
      await audit(page);
    });
  }
}

test.describe("not found", () => {
  test.use({ allowed: [/status of 404 .*\/no-such-page\)$/] });

  test("axe finds nothing serious: not found", async ({ page }) => {
    await page.goto("/no-such-page");
    await hydrated(page);
    await audit(page);
  });
});

/** Presses Tab until the element has the focus, and returns what had it on the way. */
async function tabTo(page: Page, name: string): Promise<string[]> {
  const way: string[] = [];
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    const now = await focused.evaluate((element) => {
      const labels = (element as HTMLInputElement).labels;
      const label = element.getAttribute("aria-label") ?? labels?.[0]?.querySelector("span")?.textContent ?? labels?.[0]?.textContent;
      return (label ?? element.textContent ?? "").trim();
    });
    way.push(now);
    if (now.startsWith(name)) return way;
  }
  throw new Error(`Tab does not reach ${name}: ${way.join(", ")}`);
}

test("the first page by keyboard", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  expect(await tabTo(page, "Open the sample")).toEqual([
    "Skip to the content",
    "Surprisal",
    "Open",
    "Import",
    "Generate",
    "Generations",
    "Theme",
    "Import Completion",
    "Open a folder",
    "Paste text",
    "Open the sample",
  ]);
  await page.keyboard.press("Enter");
  await ready(page);
});

test("the skip link leads past the header", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeInViewport();
  await page.keyboard.press("Enter");
  expect((await tabTo(page, "Import Completion")).length).toBe(1);
});

test("an open file by keyboard", async ({ page }) => {
  await openSample(page);
  await page.getByRole("heading", { level: 1 }).click();
  await tabTo(page, "Find");
  await page.keyboard.type("sea");
  await expect(page.getByText(/tokens marked/)).toBeVisible();
  await tabTo(page, "Clear");
  await page.keyboard.press("Enter");
  await expect(card(page, 1)).toBeVisible();

  await filterField(page).focus();
  // The number of the card, then what it does.
  await tabTo(page, "1Open sequence");
  await page.keyboard.press("Enter");
  await expect(wholeText(page)).toBeVisible();
  await tabTo(page, "Text of the sequence");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(panel(page)).toContainText("token 2");
  // Said aloud, once, for the pinned token.
  await expect(panel(page).getByRole("status")).toHaveText("␣sea, 39.3 %, rank 1, ␣ocean had 18.8 %");
  await page.keyboard.press("Escape");
  await expect(panel(page)).toContainText("Point at a token");
  await tabTo(page, "First token of the window");
  await tabTo(page, "Last token of the window");
  await page.keyboard.press("PageUp");
  await expect(bars(page)).toHaveCount(34);
  await tabTo(page, "Show as table");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("figure").getByRole("table").getByRole("row")).toHaveCount(35);
});

test("at 320 pixels nothing is cut off sideways", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await openSample(page);
  await openCard(page, 1);
  await token(page, 3).click();
  await expect(panel(page)).toContainText("token 3");
  for (const address of [null, "/", "/import"]) {
    if (address) await page.goto(address);
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll, address ?? "a sequence").toBeLessThanOrEqual(client);
  }
});

test("the theme is remembered", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.getByRole("group").getByText("◐").click();
  await page.getByRole("button", { name: "Dark" }).click();
  await expect.poll(paper).not.toBe(light);
  const dark = await paper();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await paper()).toBe(dark);
});
