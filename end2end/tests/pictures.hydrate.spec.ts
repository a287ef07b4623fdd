// A picture of every page, to be looked at: light and dark, wide and narrow.
import type { Page } from "@playwright/test";
import { expect, hydrated, picture, test } from "../fixtures";
import { inMemory, severalOdd } from "../files";
import { bars, choose, filterField, foldBox, openCard, openSample, panel, ready, report, token } from "../page";
import { SAMPLE } from "../sample";

const pages: Record<string, (page: Page) => Promise<void>> = {
  open: async (page) => {
    await page.goto("/");
    await hydrated(page);
  },
  overview: openSample,
  filtered: async (page) => {
    await openSample(page);
    await filterField(page).fill("sea");
    await expect(page.getByText(/tokens marked/)).toBeVisible();
  },
  detail: async (page) => {
    await openSample(page);
    await openCard(page, 1);
    await token(page, 10).click();
    await expect(panel(page)).toContainText("token 10");
    await expect(bars(page)).toHaveCount(24);
  },
  lab: async (page) => {
    await pages.detail(page);
    await panel(page).getByRole("button", { name: "Other sampling settings" }).click();
    await page.getByRole("slider", { name: "Temperature" }).fill("1.5");
    await expect(page.getByText("bounded").first()).toBeVisible();
  },
  share: async (page) => {
    await pages.detail(page);
    await page.getByRole("button", { name: "As a link" }).click();
    await expect(page.getByRole("textbox", { name: "The link" })).toHaveValue(/excerpt=1/);
  },
  why: async (page) => {
    await openSample(page);
    await page.getByRole("button", { name: "Why?" }).first().click();
    await expect(page.getByText("The tokens that carry it")).toBeVisible();
  },
  tokens: async (page) => {
    await openSample(page);
    await filterField(page).fill("p<0.05");
    await page.getByRole("button", { name: "Tokens", exact: true }).click();
    await expect(page.getByText(/tokens in .* sequences/)).toBeVisible();
  },
  compare: async (page) => {
    await pages.run(page);
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.getByRole("combobox", { name: "B", exact: true }).selectOption({ index: 2 });
    await expect(page.getByText("95 % interval")).toBeVisible();
  },
  run: async (page) => {
    await page.goto("/import");
    await hydrated(page);
    await choose(page, SAMPLE);
    await page.waitForURL(/\/runs\/\w+$/);
    await ready(page);
  },
  import: async (page) => {
    await pages.run(page);
    await page.getByRole("link", { name: "Import", exact: true }).click();
    await expect(page.getByRole("row").nth(1)).toBeVisible();
  },
  several: async (page) => {
    await page.goto("/");
    await hydrated(page);
    await choose(page, severalOdd());
    await ready(page);
    await report(page).getByText("Import report:").click();
    await report(page).getByText("4 places").click();
    await foldBox(page).check();
    await expect(page.getByText(/texts in/)).toBeVisible();
  },
  nothing: async (page) => {
    await page.goto("/");
    await hydrated(page);
    await choose(page, inMemory("table.csv", "id,text,score\n1,hello,0.5\n"));
    await expect(report(page)).toContainText("no completion was found");
  },
  local: async (page) => {
    await page.goto("/local");
    await hydrated(page);
  },
};

for (const width of [1280, 390]) {
  test.describe(`${width} wide`, () => {
    test.use(width > 600 ? { viewport: { width, height: 900 } } : { viewport: { width, height: 844 }, hasTouch: true, isMobile: true });
    for (const [name, reach] of Object.entries(pages)) {
      test(name, async ({ page }) => {
        await reach(page);
        await picture(page, `${name}-${width}`);
      });
    }
  });
}
