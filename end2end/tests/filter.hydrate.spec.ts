// Filter by token and by model, and sort.
import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { board, card, cards, chip, choose, filterField, foldBox, listed, modelMenu, openCard, openSample, ready, sortMenu, wholeText } from "../page";
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

test("a query asks for probabilities, ranks and sequences, and reads the alternatives it needs", async ({ page }) => {
  await openSample(page);
  // Every doubtful token that was not the first choice, and nothing else.
  const doubtful = answers.map(({ number, tokens }) => ({
    number,
    hits: tokens.filter(({ logprob, top_logprobs: others }) => Math.exp(logprob) < 0.5 && others.some((other) => other.logprob > logprob)).length,
  }));
  const matching = doubtful.filter(({ hits }) => hits > 0);
  const sum = matching.reduce((all, { hits }) => all + hits, 0);
  expect(sum).toBeGreaterThan(0);
  await filterField(page).fill("p<0.5 rank>1");
  await expect(page.getByText(`${matching.length} of 22 sequences, ${sum} tokens marked`)).toBeVisible();
  const shown = await listed(page);
  expect(shown.length).toBeGreaterThan(1);
  expect(shown).toEqual(matching.map(({ number }) => number).slice(0, shown.length));
  await expect(page).toHaveURL(/#q=p%3C0\.5(%20|\+)rank%3E1$/);

  const long = answers.filter(({ tokens }) => tokens.length > 60);
  await filterField(page).fill("tokens>60");
  await expect(page.getByText(`${long.length} of 22 sequences`)).toBeVisible();
  await expect(hits(page)).toHaveCount(0);
});

test("a wrong query says where and why, and the list stays", async ({ page }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const found = answersWith("ocean").length;
  await expect(cards(page)).toHaveCount(found);
  await filterField(page).fill("ocean modle:x");
  const said = page.getByText("at character 7: There is no field `modle`. Did you mean `model`? Text goes in double quotes.");
  await expect(said).toBeVisible();
  await expect(filterField(page)).toHaveAttribute("aria-invalid", "true");
  await expect(cards(page)).toHaveCount(found);
  await filterField(page).fill("ocean p<2");
  await expect(said).toBeHidden();
  await expect(filterField(page)).not.toHaveAttribute("aria-invalid");
  await expect(cards(page)).toHaveCount(found);
});

test("fields and observed values are suggested", async ({ page }) => {
  await openSample(page);
  await filterField(page).fill("p<0.2 finish:");
  await expect(page.locator("#queries option").first()).toHaveAttribute("value", "p<0.2 finish:stop");
  await filterField(page).fill("seq.p");
  await expect(page.locator("#queries option").first()).toHaveAttribute("value", "seq.ppl");
});

test("HTML in the filter and in tokens is text", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const tricky = "<img src=x onerror=alert(1)>";
  const lines = jsonLines(completion("<b>m</b>", ["a ", tricky, "&amp;"]), completion("plain", ["b"]));
  await choose(page, inMemory("<i>name</i>.jsonl", lines));
  await ready(page);
  await filterField(page).fill('"<img"');
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

test("identical texts are folded into one row with their count", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const lines = jsonLines(
    completion("small", ["Yes", "."]),
    completion("small", ["No", ".", " Never"]),
    completion("large", ["Yes", "."]),
    // The same text in other tokens.
    completion("large", ["Ye", "s."]),
    completion("large", ["Maybe"]),
  );
  await choose(page, inMemory("same.jsonl", lines));
  await ready(page);
  await expect(cards(page)).toHaveCount(5);
  await foldBox(page).check();
  await expect(page.getByText("3 texts in 5 of 5 sequences")).toBeVisible();
  await expect(cards(page)).toHaveCount(3);
  expect(await listed(page)).toEqual([1, 2, 5]);
  await expect(chip(card(page, 1), "Identical texts")).toHaveText("× 3");
  await expect(card(page, 2)).not.toContainText("×");
  // The boards are those of all sequences, folded or not.
  await expect(board(page, "Number of sentences").getByText("match")).toHaveCount(0);
  await expect(page).toHaveURL(/#fold=1$/);

  await modelMenu(page).selectOption("large");
  await expect(page.getByText("2 texts in 3 of 5 sequences")).toBeVisible();
  expect(await listed(page)).toEqual([3, 5]);
  await expect(chip(card(page, 3), "Identical texts")).toHaveText("× 2");
  await sortMenu(page).selectOption("length");
  await expect.poll(() => listed(page)).toEqual([5, 3]);
  await filterField(page).fill("ye");
  await expect(page.getByText("1 text in 2 of 5 sequences, 2 tokens marked")).toBeVisible();
  await expect(page).toHaveURL(/#q=ye&model=large&fold=1&sort=length$/);
  await openCard(page, 3);
  await expect(wholeText(page)).toHaveText("Yes.");

  await page.getByRole("button", { name: "Clear" }).click();
  await expect(foldBox(page)).not.toBeChecked();
  await expect(cards(page)).toHaveCount(5);
});
