// The generations with JavaScript: nothing is loaded anew, keys judge, the address has the view.
import type { APIRequestContext, Page } from "@playwright/test";
import { audit, expect, hydrated, picture, test } from "../fixtures";
import { generations } from "../files";

/** Stores records under a tag that no other test has; gives the key of the first one. */
async function stored(request: APIRequestContext, tag: string): Promise<string> {
  const answer = await request.post("/api/generations", { data: generations(tag) });
  expect(answer.status()).toBe(201);
  return (await answer.json()).first;
}

const rows = (page: Page) => page.getByRole("region", { name: "Records" }).locator("tbody").getByRole("row");

test("facets, columns and views change the address, not the page", async ({ page, request }) => {
  await stored(request, "facets");
  await page.goto("/generations?tags=facets");
  await hydrated(page);
  // As long as this is there, the page is the same.
  await page.evaluate(() => document.body.setAttribute("data-same", ""));
  await expect(rows(page)).toHaveCount(6);

  await page.getByRole("link", { name: /^code 1$/ }).click();
  await expect(page).toHaveURL(/output\.type=code/);
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("link", { name: "Without kind" }).click();
  await expect(rows(page)).toHaveCount(6);

  await page.getByText("Time, ranges, names").click();
  await page.getByLabel("Latency from, ms").fill("250");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/\/generations\?tags=facets&latency_min=250$/);
  await expect(rows(page)).toHaveCount(4);

  await page.getByRole("link", { name: "Charts" }).click();
  await expect(page.getByRole("img", { name: /^Tokens by model: most on/ })).toBeVisible();
  await page.getByRole("link", { name: "Groups" }).click();
  await expect(page.getByRole("region", { name: "Groups" })).toContainText("gpt-4o");
  await page.goBack();
  await expect(page.getByRole("img", { name: /^Latency/ })).toBeVisible();
  await expect(page.locator("body[data-same]")).toHaveCount(1);
});

test("records are judged by keyboard, and it can be taken back", async ({ page, request }) => {
  await stored(request, "keys");
  await page.goto("/generations?tags=keys&sort=timestamp");
  await hydrated(page);
  const [first, second] = [rows(page).nth(0), rows(page).nth(1)];
  // Nothing is said of a record that nobody chose.
  await page.keyboard.press("u");
  await expect(page.getByRole("button", { pressed: true })).toHaveCount(0);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(second.locator("[data-open]")).toBeFocused();
  await page.keyboard.press("d");
  await expect(second.getByRole("button", { name: "Bad" })).toHaveAttribute("aria-pressed", "true");
  await expect(second.getByRole("status")).toHaveText("Kept.");
  await page.keyboard.press("z");
  await expect(second.getByRole("button", { name: "Bad" })).toHaveAttribute("aria-pressed", "false");

  await page.keyboard.press("k");
  await page.keyboard.press("u");
  await expect(first.getByRole("button", { name: "Good" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("c");
  await expect(first.getByLabel("Comment")).toBeFocused();
  await page.keyboard.type("just right");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(first).toContainText("just right");
  await expect(first.getByRole("button", { name: "Good" })).toHaveAttribute("aria-pressed", "true");

  await page.reload();
  await hydrated(page);
  await expect(first).toContainText("just right");
  await page.getByRole("link", { name: /^thumb up 1$/ }).click();
  await expect(rows(page)).toHaveCount(1);
  await first.locator("[data-open]").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("keys-0");
  // Of the only record there is no choice.
  await page.keyboard.press("u");
  await expect(page.getByRole("button", { name: "Good" })).toHaveAttribute("aria-pressed", "false");
});

test("undo goes away by itself", async ({ page, request }) => {
  await stored(request, "undo");
  await page.goto("/generations?tags=undo");
  await hydrated(page);
  await rows(page).first().getByRole("button", { name: "Good" }).click();
  const undo = page.getByRole("button", { name: "Undo" });
  await expect(undo).toBeVisible();
  await expect(undo).toBeHidden({ timeout: 12_000 });
});

test.describe("what is not understood", () => {
  test.use({ allowed: [/the server responded with a status of 400/] });
  test("is told with the way on", async ({ page, request }) => {
    await stored(request, "wrong");
    await page.goto("/generations?tag=wrong");
    await hydrated(page);
    await expect(page.getByRole("alert")).toContainText("There is no parameter tag. Did you mean tags?");
    await page.getByRole("link", { name: "Leave it out" }).click();
    await expect(rows(page).first()).toBeVisible();
  });
});

test("axe finds nothing, in both themes, on every view", async ({ page, request }) => {
  // Twenty looks at whole pages, and as many pictures.
  test.slow();
  const key = await stored(request, "axe");
  for (const [name, address] of [
    ["generations", "/generations?tags=axe"],
    ["generations-none", "/generations?tags=axe&latency_min=9999"],
    ["generations-charts", "/generations?tags=axe&view=charts"],
    ["generations-groups", "/generations?tags=axe&view=groups&group_by=day,model"],
    ["generation-text", `/generations/${key}`],
    ["generation-code", `/generations/${key.replace(/0$/, "1")}`],
    ["generation-json", `/generations/${key.replace(/0$/, "2")}`],
    ["generation-image", `/generations/${key.replace(/0$/, "3")}`],
  ]) {
    await page.goto(address);
    await hydrated(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await audit(page);
    }
    await page.emulateMedia({ colorScheme: null });
    await picture(page, name);
  }
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [name, address] of [
    ["narrow-generations", "/generations?tags=axe"],
    ["narrow-generation", `/generations/${key.replace(/0$/, "2")}`],
  ]) {
    await page.goto(address);
    await hydrated(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await audit(page);
    await picture(page, name);
  }
});
