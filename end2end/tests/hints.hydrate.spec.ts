// What a person chooses once and the machine keeps: letters as keys, and hints that were read.
import type { Page } from "@playwright/test";
import { audit, expect, hydrated, test } from "../fixtures";
import { generations } from "../files";
import { card, choose, openCard, openSample, panel, ready, token, wholeText } from "../page";
import { SAMPLE } from "../sample";

const keys = (page: Page) => page.getByRole("dialog", { name: "Keys" });
const letters = (page: Page) => page.getByRole("checkbox", { name: "Switch off the keys that are letters or signs" });

test("letters can be switched off as keys, here and at the generations", async ({ page, request }) => {
  await request.post("/api/generations", { data: generations("letters") });
  await openSample(page);
  await openCard(page, 1);
  await page.keyboard.press("?");
  await expect(keys(page)).toBeVisible();
  await letters(page).check();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const text = (await wholeText(page).textContent()) ?? "";
  for (const key of ["n", "p", "/", "?"]) await page.keyboard.press(key);
  await expect(keys(page)).toBeHidden();
  await expect(panel(page)).toContainText("Point at a token");
  await expect(page.locator("input:focus")).toHaveCount(0);
  // What is no letter goes on.
  await page.keyboard.press("ArrowDown");
  await expect(wholeText(page)).not.toHaveText(text);
  await page.keyboard.press("Escape");
  await expect(wholeText(page)).toHaveCount(0);

  await page.goto("/generations?tags=letters");
  await hydrated(page);
  await expect(letters(page)).toBeChecked();
  await page.keyboard.press("j");
  await expect(page.locator("[data-open]:focus")).toHaveCount(0);
  await letters(page).uncheck();
  await page.locator("h1").click();
  await page.keyboard.press("j");
  await expect(page.locator("[data-open]").first()).toBeFocused();

  // Without keys there is a button.
  await openSample(page);
  await page.getByRole("button", { name: "Keys" }).click();
  await expect(letters(page)).not.toBeChecked();
  await audit(page);
});

/** The screens that have a hint, and the way to each. */
const screens: Record<string, (page: Page) => Promise<void>> = {
  start: async (page) => void (await page.goto("/")),
  list: openSample,
  detail: async (page) => {
    await openSample(page);
    await openCard(page, 1);
  },
  compare: async (page) => {
    await openSample(page);
    await page.getByRole("button", { name: "Compare", exact: true }).click();
  },
  lab: async (page) => {
    await openSample(page);
    await page.getByRole("button", { name: "Sampling lab" }).click();
  },
  vocabulary: async (page) => {
    await openSample(page);
    await page.getByRole("button", { name: "Vocabulary" }).click();
  },
  records: async (page) => void (await page.goto("/generations")),
  write: async (page) => void (await page.goto("/generate")),
};

test("each screen has one hint, until it was read", async ({ page, request }) => {
  await request.post("/api/generations", { data: generations("hints") });
  for (const [name, reach] of Object.entries(screens)) {
    const hint = page.locator(`[data-hint=${name}]`);
    await reach(page);
    await hydrated(page);
    await expect(hint, name).toBeVisible();
    await hint.getByRole("button", { name: /^Got it/ }).click();
    await expect(hint, name).toBeHidden();
    await reach(page);
    await hydrated(page);
    await expect(page.locator("h1").first()).toBeVisible();
    await expect(hint, name).toBeHidden();
  }
  await openSample(page);
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByRole("button", { name: "Show the hints again" }).click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.locator("[data-hint=list]")).toBeVisible();
});

test("after a hint the keyboard goes on where it stood", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("button", { name: "Got it" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await expect(page.getByRole("link", { name: "Open the sample" })).toBeFocused();
});

/** What moved on the page although nobody touched it: the sum of the browser's layout shifts. */
const shifts = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean };
        const add = (entries: PerformanceEntryList) => {
          for (const entry of entries as Shift[]) sum += entry.hadRecentInput ? 0 : entry.value;
        };
        const observer = new PerformanceObserver((list) => add(list.getEntries()));
        observer.observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => setTimeout(() => done(sum), 100));
      }),
  );

test("nothing moves when a page comes back to whoever has chosen", async ({ page }) => {
  await page.goto("/import");
  await hydrated(page);
  await choose(page, SAMPLE);
  await page.waitForURL(/\/runs\/\w+$/);
  await ready(page);
  const run = page.url();
  for (const chosen of ["hints to read", "hints that were read"]) {
    for (const address of [run, "/"]) {
      await page.goto(address);
      await hydrated(page);
      if (address === run) await ready(page);
      expect(await shifts(page), `${chosen}: ${address}`).toBeLessThanOrEqual(0.05);
      const read = page.getByRole("button", { name: "Got it" });
      await expect(read).toHaveCount(chosen === "hints to read" ? 1 : 0);
      if (chosen === "hints to read") await read.click();
    }
  }
});

test("a palette is there with the page", async ({ page, context, baseURL }) => {
  await openSample(page);
  await page.getByRole("combobox", { name: "Palette" }).selectOption("mono");
  await page.getByRole("checkbox", { name: "Colour signs and spaces" }).check();
  const kept = await context.cookies(baseURL);
  expect(Object.fromEntries(kept.map(({ name, value }) => [name, value]))).toMatchObject({ palette: "mono", signs: "1" });
  const answer = await context.request.get("/");
  expect(await answer.text()).toMatch(/<html lang="en" data-theme="system" data-palette="mono" data-signs="1"/);
  await openSample(page);
  await expect(page.getByRole("combobox", { name: "Palette" })).toHaveValue("mono");
  await openCard(page, 1);
  await expect(token(page, 3)).toHaveCSS("background-color", "rgba(0, 0, 0, 0)");
  await expect(card(page, 1)).toBeVisible();
});
