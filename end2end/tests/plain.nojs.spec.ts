// JavaScript is off: a link shows the run, the list leads to runs, a form stores a file.
import { expect, test } from "../fixtures";
import { card, cards, chip, choose, expectBoards, found, report } from "../page";
import { SAMPLE, SAMPLE_BOARDS, answers, sig3 } from "../sample";

test("a file is stored by the form, and the link shows it", async ({ page }) => {
  await page.goto("/");
  await choose(page, SAMPLE);
  await page.getByRole("button", { name: "Store the file" }).click();
  await expect(page).toHaveURL(/\/runs\/\w+$/);
  await expect(page.getByRole("heading", { level: 1, name: "completions-small.json" })).toBeVisible();
  await expectBoards(page, SAMPLE_BOARDS);

  expect(await cards(page).count()).toBeGreaterThanOrEqual(10);
  const [first] = answers;
  await expect(chip(card(page, 1), "Perplexity")).toHaveText(sig3(first.perplexity));
  await expect(card(page, 1)).toContainText(first.text.slice(0, 60));
  // Highlighted: the class of a token is that of its probability.
  await expect(card(page, 1).locator("[data-i='1']")).toHaveText(first.tokens[1].token);
  await expect(card(page, 1).locator("[data-i='1']")).toHaveClass(/^b[345]/);

  await report(page).getByText("Import report:").click();
  await expect(found(page, "Read as")).toBeVisible();
  await expect(found(page, "Read as")).toHaveText("openai_chat");

  await page.getByRole("link", { name: "Import", exact: true }).click();
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "completions-small.json" }) }).first();
  await expect(row).toContainText("5.13");
  // What needs JavaScript is not offered.
  await expect(page.getByRole("button", { name: /^(Delete|Copy the link)/ })).toHaveCount(0);
  const download = page.waitForEvent("download");
  await row.getByRole("link", { name: /^Download/ }).click();
  expect((await download).suggestedFilename()).toBe("completions-small.json");
  await row.getByRole("link", { name: "completions-small.json", exact: true }).click();
  await expectBoards(page, SAMPLE_BOARDS);
});

test("the list takes files too", async ({ page }) => {
  await page.goto("/import");
  await choose(page, SAMPLE);
  await page.getByRole("button", { name: "Store the file" }).click();
  await expect(page).toHaveURL(/\/runs\/\w+$/);
  await expectBoards(page, SAMPLE_BOARDS);
});

test("the theme is a form", async ({ page }) => {
  await page.goto("/import");
  for (const [label, name] of [["Dark", "dark"], ["Light", "light"], ["Like the system", "system"]]) {
    await page.getByRole("group").getByText("◐").click();
    await page.getByRole("button", { name: label }).click();
    await expect(page).toHaveURL(/\/import$/);
    await expect(page.locator("html")).toHaveAttribute("data-theme", name);
  }
});

test("hints speak of what one can touch, and are not shown", async ({ page }) => {
  for (const address of ["/", "/generations", "/generate"]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator("[data-hint]:visible"), address).toHaveCount(0);
  }
});
