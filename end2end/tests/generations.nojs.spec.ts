// JavaScript is off: forms filter, links page, buttons judge, files come down.
import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures";
import { generations } from "../files";

test("generations are filtered, judged and taken away by links and forms", async ({ page, request }) => {
  const answer = await request.post("/api/generations", { data: generations("plain") });
  expect(answer.status()).toBe(201);
  await page.goto("/generations?tags=plain");
  const rows = page.getByRole("region", { name: "Records" }).locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(6);
  // What needs JavaScript is not spoken of.
  await expect(page.getByText("next and previous record")).toBeHidden();

  await page.getByText("Time, ranges, names").click();
  await page.getByLabel("Tokens from").fill("30");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("5 records that fit")).toBeVisible();
  await page.getByRole("link", { name: /^gpt-4o / }).click();
  await expect(rows).toHaveCount(2);

  const first = rows.first();
  await first.getByRole("button", { name: "Bad" }).click();
  await expect(page).toHaveURL(/tags=plain.*said=/);
  await expect(first.getByRole("button", { name: "Bad" })).toHaveAttribute("aria-pressed", "true");
  await first.getByRole("button", { name: "Undo" }).click();
  await expect(first.getByRole("button", { name: "Bad" })).toHaveAttribute("aria-pressed", "false");
  await first.getByText("Comment", { exact: true }).click();
  await first.getByLabel("Comment").fill("</textarea>\nnot so good");
  await first.getByLabel("Rating").selectOption("2");
  await first.getByRole("button", { name: "Keep" }).click();
  await expect(first).toContainText("2 of 5: </textarea> not so good");

  await page.getByText("Export", { exact: true }).click();
  await expect(page.getByText("2 records: tags plain, tokens at least 30, model gpt-4o")).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV, the columns shown" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("generations-tags-plain-tokens-at-least-30-model-gpt-4o.csv");
  expect(readFileSync(await file.path(), "utf8").match(/^plain-/gm)).toHaveLength(2);

  await first.locator("[data-open]").click();
  await expect(page.getByRole("heading", { name: /^Output/ })).toBeVisible();
  await page.getByText("Raw text").last().click();
  await page.getByRole("link", { name: "In its run" }).click();
  await expect(page).toHaveURL(/\/runs\/\w+\?s=\d+$/);
});

test("a record shows its JSON as a tree, and where it departs from its schema", async ({ page, request }) => {
  const answer = await request.post("/api/generations", { data: generations("tree") });
  const key: string = (await answer.json()).first;
  await page.goto(`/generations/${key.replace(/0$/, "2")}`);
  await expect(page.getByText("Departs from the schema of its request in 2 places")).toBeVisible();
  await expect(page.locator(".missing")).toHaveText("total: missing");
  await page.goto(`/generations/${key.replace(/0$/, "3")}`);
  const image = page.getByRole("img", { name: "Image of the record" });
  await expect(image).toBeVisible();
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(8);
});
