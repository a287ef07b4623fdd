// The ways into the application.
import { readFileSync } from "node:fs";
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { board, card, cards, chip, choose, expectBoards, found, listed, openSample, ready, report } from "../page";
import { REFERENCE, REFERENCE_BOARDS, SAMPLE, SAMPLE_BOARDS, answers, referenceIsThere, sig3 } from "../sample";

test("the sample shows its boards, legend, report and cards", async ({ page }) => {
  await openSample(page);
  await expectBoards(page, SAMPLE_BOARDS);
  const tokens = answers.flatMap((answer) => answer.tokens);
  await expect(board(page, "Number of sentences")).toContainText(`${tokens.length.toLocaleString("en").replace(",", "\u2009")} tokens`);

  const bands = [0, 0, 0];
  for (const { logprob } of tokens) {
    const p = Math.exp(logprob);
    bands[p <= 0.33 ? 0 : p <= 0.66 ? 1 : 2] += 1;
  }
  const legend = page.getByRole("list", { name: "Colours: probability of a token" });
  await expect(legend.getByRole("listitem")).toHaveText([
    `low up to 0.33 · ${bands[0]}`,
    `middle up to 0.66 · ${bands[1]}`,
    `high above · ${bands[2]}`,
  ]);

  await report(page).getByText("Import report:").click();
  await expect(found(page, "Detected")).toContainText("a JSON array, ");
  await expect(found(page, "Read as")).toHaveText("openai_chat");

  const [first] = answers;
  await expect(chip(card(page, 1), "probability")).toHaveText(sig3(first.probability));
  await expect(chip(card(page, 1), "Perplexity")).toHaveText(sig3(first.perplexity));
  await expect(chip(card(page, 1), "N.Token")).toHaveText(`${first.tokens.length}`);
  await expect(chip(card(page, 1), "Model")).toHaveText(first.model);
  await expect(chip(card(page, 1), "Created at")).toHaveText("2024-06-07 08:47:17");
  await expect(card(page, 1)).toContainText(first.text.slice(0, 60));
  expect((await listed(page)).slice(0, 5)).toEqual([1, 2, 3, 4, 5]);

  await page.mouse.wheel(0, 100_000);
  await expect(card(page, 22)).toBeInViewport();
  await expect(card(page, 22)).toContainText(answers[21].text.slice(0, 40));
});

test("a short answer has no ellipsis, a long one says how many tokens are left", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const words = Array.from({ length: 1_200 }, (_, at) => ` word${at}`);
  await choose(page, inMemory("two.jsonl", jsonLines(completion("m", ["Yes", "."]), completion("m", words))));
  await ready(page);
  await expect(card(page, 1)).toContainText("Yes.");
  await expect(card(page, 1)).not.toContainText("…");
  await expect(card(page, 2)).toContainText(/[\d\u2009]+ tokens in all/);
});

test("a chosen file is read", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  await choose(page, SAMPLE);
  await ready(page);
  await expect(page).toHaveURL(/\/local$/);
  await expect(page.getByRole("heading", { level: 1, name: "completions-small.json" })).toBeVisible();
  await expectBoards(page, SAMPLE_BOARDS);
});

test("a file dropped anywhere is read", async ({ page }) => {
  await page.goto("/import");
  await hydrated(page);
  const dropped = await page.evaluateHandle(async () => {
    const data = new DataTransfer();
    const response = await fetch("/samples/completions-small.json");
    data.items.add(new File([await response.blob()], "dropped.json"));
    return data;
  });
  await page.dispatchEvent("footer", "dragover", { dataTransfer: dropped });
  await expect(page.getByText("Drop the file to read it")).toBeVisible();
  await page.dispatchEvent("footer", "drop", { dataTransfer: dropped });
  await ready(page);
  await expect(page.getByText("Drop the file to read it")).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: "dropped.json" })).toBeVisible();
  await expectBoards(page, SAMPLE_BOARDS);

  // Another one while this one is open takes its place.
  const other = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "other.jsonl"));
    return data;
  }, jsonLines(completion("m", ["A", " b"])));
  await page.dispatchEvent("main", "drop", { dataTransfer: other });
  await expect(page.getByRole("heading", { level: 1, name: "other.jsonl" })).toBeVisible();
  await expect(cards(page)).toHaveCount(1);
});

test("pasted text is read", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("button", { name: "Paste text" }).click();
  const dialog = page.getByRole("dialog", { name: "Paste the text of a completions file" });
  await dialog.getByRole("textbox").fill(readFileSync(SAMPLE, "utf8"));
  await dialog.getByRole("button", { name: "Open" }).click();
  await ready(page);
  await expect(page.getByRole("heading", { level: 1, name: "pasted text" })).toBeVisible();
  await expectBoards(page, SAMPLE_BOARDS);
});

test("text pasted without a field is read too", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, jsonLines(completion("m", ["Hello", " there"])));
  await ready(page);
  await expect(card(page, 1)).toContainText("Hello there");
});

test("the reference sample shows the numbers of the reference dashboard", async ({ page }) => {
  if (!referenceIsThere) console.log(`SKIPPED the reference sample: ${REFERENCE} is not there`);
  test.skip(!referenceIsThere, "the corpus is not beside the checkout");
  await page.goto("/");
  await hydrated(page);
  await choose(page, REFERENCE);
  await ready(page);
  await expectBoards(page, REFERENCE_BOARDS);
});

test("a local file is forgotten when the page is loaded again, and the page says so", async ({ page }) => {
  await openSample(page);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "No file is open here" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Open a file" }).click();
  await expect(page).toHaveURL(/\/$/);
});

test("a click before the page runs is not lost on the person", async ({ page }) => {
  // The sample is a plain link and the picker a plain form until the page runs: nothing that one presses is dead.
  await page.route("**/pkg/*.wasm", (route) => setTimeout(() => route.continue(), 1_500));
  await page.goto("/", { waitUntil: "commit" });
  await expect(page.getByRole("button", { name: "Store the file" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Open the sample" })).toHaveAttribute("href", "/samples/completions-small.json");
  await hydrated(page);
  await expect(page.getByRole("button", { name: "Store the file" })).toBeHidden();
});

test("once the page is loaded, files are read without a connection", async ({ page, context }) => {
  await page.goto("/");
  await hydrated(page);
  // The reader is loaded ahead of the first file.
  await page.waitForLoadState("networkidle");
  await context.setOffline(true);
  await choose(page, SAMPLE);
  await ready(page);
  await expectBoards(page, SAMPLE_BOARDS);
});

test("a file stays open when one looks at the generations", async ({ page, context }) => {
  await page.goto("/");
  await hydrated(page);
  // Its name says so when it opens in a new tab.
  const way = page.locator(".site-header").getByRole("link", { name: "Generations" });
  await expect(way).not.toHaveAttribute("target");
  await choose(page, SAMPLE);
  await ready(page);
  await page.screenshot({ path: `${process.env.SCREENSHOTS}/open-file-keeps.png`, clip: { x: 0, y: 0, width: 900, height: 120 } });
  const [other] = await Promise.all([context.waitForEvent("page"), way.click()]);
  await expect(other).toHaveURL(/\/generations$/);
  await other.close();
  await expectBoards(page, SAMPLE_BOARDS);
  await expect(card(page, 1)).toBeVisible();
  // Without one there is nothing to keep.
  await page.goto("/import");
  await hydrated(page);
  await way.click();
  await expect(page).toHaveURL(/\/generations$/);
});
