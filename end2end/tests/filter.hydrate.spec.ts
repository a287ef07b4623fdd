// Filter by token and by model, and sort.
import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { board, card, cards, choose, filterField, listed, modelMenu, openCard, openSample, ready, sortMenu, wholeText } from "../page";
import { answers, answersWith, sig3 } from "../sample";

const hits = (page: Page) => cards(page).locator(".hit");

test("a token filters the list and is marked in it", async ({ page }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const found = answersWith("ocean");
  const marks = found.flatMap(({ tokens }) => tokens).filter(({ token }) => token.toLowerCase().includes("ocean"));
  await expect(page.getByText(`${found.length} of 22 sequences, ${marks.length} `)).toBeVisible();
  expect(await listed(page)).toEqual(found.map(({ number }) => number));
  await expect(hits(page).first()).toHaveText(/ocean/i);
  for (const text of await hits(page).allTextContents()) expect(text.toLowerCase()).toContain("ocean");
  await expect(board(page, "Number of sentences").getByText(`${found.length} match`)).toBeVisible();
  const perplexity = found.reduce((sum, answer) => sum + answer.perplexity, 0) / found.length;
  await expect(board(page, "Perplexity overall").getByText(`${sig3(perplexity)} of those that match`)).toBeVisible();

  // Marked in the whole text too.
  await openCard(page, found[0].number);
  await expect(wholeText(page).locator(".hit").first()).toHaveText(/ocean/i);

  await page.getByRole("button", { name: "Clear" }).click();
  await expect(filterField(page)).toHaveValue("");
  await expect(hits(page)).toHaveCount(0);
  await expect(board(page, "Number of sentences").getByText("match")).toHaveCount(0);
});

test("what is typed stays in the fragment of the address", async ({ page, context }) => {
  const requests: string[] = [];
  context.on("request", (request) => requests.push(`${request.url()} ${request.postData() ?? ""}`));
  await openSample(page);
  await filterField(page).pressSequentially("mysterious");
  await expect(page).toHaveURL(/\/local#q=mysterious$/);
  await expect(cards(page)).toHaveCount(answersWith("mysterious").length);
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();
  await page.goBack();
  await expect(filterField(page)).toHaveValue("mysterious");
  await expect(cards(page)).toHaveCount(answersWith("mysterious").length);
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.filter((request) => request.includes("myst"))).toEqual([]);
});

test("no match says what to do", async ({ page }) => {
  await openSample(page);
  await filterField(page).fill("no-such-token");
  await expect(page.getByText("No sequence matches. Clear the filter to see all of them.")).toBeVisible();
  await expect(cards(page)).toHaveCount(0);
  await expect(board(page, "Number of sentences").getByText("0 match")).toBeVisible();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(card(page, 1)).toBeVisible();
});

test("HTML in the filter and in tokens is text", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const tricky = "<img src=x onerror=alert(1)>";
  const lines = jsonLines(completion("<b>m</b>", ["a ", tricky, "&amp;"]), completion("plain", ["b"]));
  await choose(page, inMemory("<i>name</i>.jsonl", lines));
  await ready(page);
  await filterField(page).fill("<img");
  await expect(hits(page)).toHaveText([tricky]);
  await expect(page.locator("main img, main b, main h1 i")).toHaveCount(0);
  await openCard(page, 1);
  expect(await wholeText(page).textContent()).toBe(`a ${tricky}&amp;`);
});

test("the model filters", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const lines = jsonLines(
    completion("small", ["one"]),
    completion("large", ["two"]),
    completion("small", ["three", " more"]),
  );
  await choose(page, inMemory("models.jsonl", lines));
  await ready(page);
  await expect(modelMenu(page).getByRole("option")).toHaveText(["all", "small (2)", "large (1)"]);
  await modelMenu(page).selectOption("small");
  await expect(page.getByText("2 of 3 sequences")).toBeVisible();
  expect(await listed(page)).toEqual([1, 3]);
  await expect(page).toHaveURL(/#model=small$/);
  await filterField(page).fill("three");
  await expect(page.getByText("1 of 3 sequences, 1 token marked")).toBeVisible();
  expect(await listed(page)).toEqual([3]);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(cards(page)).toHaveCount(3);
});

test("every sort orders the list, both ways", async ({ page }) => {
  await openSample(page);
  const keys = {
    position: (number: number) => number,
    perplexity: (number: number) => answers[number - 1].perplexity,
    probability: (number: number) => answers[number - 1].probability,
    length: (number: number) => answers[number - 1].tokens.length,
  };
  for (const [name, key] of Object.entries(keys)) {
    for (const sign of [-1, 1]) {
      const sorted = answers.map(({ number }) => number).sort((a, b) => sign * (key(a) - key(b)));
      const value = sign < 0 ? `-${name}` : name;
      await sortMenu(page).selectOption(value);
      await expect.poll(async () => (await listed(page)).slice(0, 5), { message: value }).toEqual(sorted.slice(0, 5));
      if (value !== "position") await expect(page).toHaveURL(new RegExp(`#sort=${value}$`));
    }
  }
});
