// What is looked at, as a file to take away.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { cards, filterField, openSample } from "../page";
import { answersWith } from "../sample";

/** Exports as this item of the menu says; gives the name of the file and its text. */
async function exported(page: Page, item: RegExp) {
  await page.getByText("Export", { exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: item }).click()]);
  await expect(page.getByRole("button", { name: item })).toBeHidden();
  const name = download.suggestedFilename();
  const path = test.info().outputPath(name);
  await download.saveAs(path);
  return { name, path, text: await readFile(path, "utf8") };
}

test("what is listed is saved as CSV, lines, Markdown and a page that opens offline", async ({ page, browser }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const found = answersWith("ocean");
  await expect(cards(page)).toHaveCount(found.length);

  const csv = await exported(page, /^CSV/);
  expect(csv.name).toBe("completions-small.json.csv");
  expect(csv.text.split("\n")[0]).toMatch(/^sequence,source,.*,text$/);
  const lines = await exported(page, /^JSON Lines/);
  const records = lines.text.trim().split("\n").map((line) => JSON.parse(line));
  expect(records.map(({ sequence }) => sequence + 1)).toEqual(found.map(({ number }) => number));
  expect(records[0].tokens.map(({ token }: { token: string }) => token).join("")).toBe(records[0].text);
  expect(records[0].tokens.filter(({ hit }: { hit?: boolean }) => hit).length).toBeGreaterThan(0);
  const summary = await exported(page, /^Markdown/);
  expect(summary.text).toContain(`| Number of sentences | ${found.length} |`);
  expect(summary.text).toContain("Of the run only: `ocean`");

  const report = await exported(page, /^HTML/);
  const offline = await browser.newContext({ offline: true });
  const other = await offline.newPage();
  const complaints: string[] = [];
  other.on("console", (message) => complaints.push(message.text()));
  await other.goto(`file://${report.path}`);
  await expect(other.getByRole("heading", { name: "completions-small.json" })).toBeVisible();
  await expect(other.locator("article")).toHaveCount(found.length);
  await expect(other.locator(".hit").first()).toHaveText(/ocean/i);
  const colour = await other.locator("article .b0").first().evaluate((token) => getComputedStyle(token).backgroundColor);
  expect(colour).not.toBe("rgba(0, 0, 0, 0)");
  expect(complaints).toEqual([]);
  await offline.close();
});
