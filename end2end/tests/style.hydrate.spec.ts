// The page with every component in every state: nothing serious for axe, no script, and a picture of each look of it.
import path from "node:path";
import type { Page } from "@playwright/test";
import { audit, expect, test } from "../fixtures";

/** A picture of all of it. Its card that is on its way never comes, so that `picture` would wait for it. */
async function kept(page: Page, name: string) {
  const folder = path.join(process.env.SCREENSHOTS ?? "screenshots", test.info().project.name);
  await page.screenshot({ path: path.join(folder, `style-${name}.png`), fullPage: true });
}

async function open(page: Page) {
  await page.goto("/style");
  await expect(page.getByRole("heading", { level: 1, name: "Style" })).toBeVisible();
}

test("every part is there, without the bundle of the application", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await open(page);
  const names = ["Colours", "Type", "Spacing", "Buttons", "Fields", "Tokens", "Filter, legend, tabs", "Boards", "Import reports", "Cards"];
  for (const name of [...names, "Loading, empty, errors", "Tables and figures", "Charts"]) {
    await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
  }
  expect(asked.filter((path) => path.endsWith(".wasm") || path.endsWith(".js"))).toEqual([]);
  // Colours that a sheet does not have would be none.
  const empty = await page.locator(".style-colours i").evaluateAll((all) =>
    all.filter((one) => getComputedStyle(one).backgroundColor === "rgba(0, 0, 0, 0)").map((one) => one.parentElement!.textContent),
  );
  expect(empty).toEqual([]);
  expect(await page.locator(".plot svg").count()).toBe(6);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious: the style page, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page);
    await audit(page);
    await kept(page, `1280-${colorScheme}`);
  });
}

test("it fits a narrow screen", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  await kept(page, "390-light");
});

test("it is looked at in forced colours", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page);
  await audit(page);
  await kept(page, "forced-colours");
});

