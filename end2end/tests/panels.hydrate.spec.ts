// What can be asked of a run besides its list: why, tokens, vocabulary, sampling lab, values, samples, comparison.
import { audit, expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { board, choose, filterField, openCard, openSample, panel, ready, token } from "../page";
import { answers, SAMPLE, sig3 } from "../sample";
import type { Page } from "@playwright/test";

const tab = (page: Page, name: string) => page.getByRole("navigation", { name: "Ways to look at the run" }).getByRole("button", { name, exact: true });
const view = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

test("a board opens to how it came about", async ({ page }) => {
  await openSample(page);
  await board(page, "Probability overall").getByRole("button", { name: "Why?" }).click();
  const why = view(page, "Why");
  await expect(why).toContainText("mean over the sequences of (1/N) Σ p");
  await expect(why).toContainText("Every sequence counts the same");
  await expect(tab(page, "Why")).toHaveAttribute("aria-current", "true");
  await expect(page).toHaveURL(/panel=why&with=board:probability_overall/);

  // Another figure, by its menu; a token that carries it leads into its text.
  await why.getByLabel("Figure").selectOption({ label: "Uncertain tokens" });
  await expect(why.getByRole("heading", { name: /^Uncertain tokens/ })).toBeVisible();
  await why.getByRole("table").getByRole("button").first().click();
  await expect(page.locator(".card-open")).toHaveCount(1);
  await expect(panel(page)).toContainText("bits");
  await page.goBack();
  await expect(view(page, "Why")).toContainText("Uncertain tokens");
  await page.keyboard.press("Escape");
  await expect(view(page, "Why")).toHaveCount(0);
});

test("tokens that a query finds stand in their context", async ({ page }) => {
  await openSample(page);
  await tab(page, "Tokens").click();
  await expect(view(page, "Tokens")).toContainText("Write a condition on tokens");
  await filterField(page).fill("p<0.02");
  const rows = view(page, "Tokens").getByRole("table").getByRole("row");
  const expected = answers.flatMap(({ tokens }) => tokens.filter(({ logprob }) => Math.exp(logprob) < 0.02));
  await expect(rows).toHaveCount(Math.min(expected.length, 100) + 1);
  await view(page, "Tokens").getByLabel("Order").selectOption({ label: "least likely first" });
  const least = Math.min(...expected.map(({ logprob }) => logprob));
  await expect(rows.nth(1)).toContainText(`${sig3(Math.exp(least) * 100)} %`);
  await expect(page).toHaveURL(/order:p/);
});

test("the vocabulary counts every token", async ({ page }) => {
  await openSample(page);
  await tab(page, "Vocabulary").click();
  const all = answers.flatMap(({ tokens }) => tokens);
  const distinct = new Set(all.map(({ token, bytes }: any) => JSON.stringify(bytes ?? token)));
  const digits = (number: number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u2009");
  await expect(view(page, "Vocabulary")).toContainText(`${digits(distinct.size)} distinct tokens among ${digits(all.length)} occurrences`);
  await expect(view(page, "Vocabulary").getByRole("row").nth(1)).toContainText("×");
});

test("a text is shown as Markdown with its colours, and nothing in it acts", async ({ page }) => {
  const tokens = ["# Title", "\n\n- **bold**", "\n- <img src=x onerror=document.title='owned'>", "\n- [a link](https://example.invalid/)"];
  const content = tokens.map((token, nth) => ({ token, logprob: [-0.01, -3, -0.5, -0.01][nth], bytes: [...Buffer.from(token)], top_logprobs: [] }));
  const choice = { index: 0, message: { role: "assistant", content: tokens.join("") }, logprobs: { content }, finish_reason: "stop" };
  const record = { id: "m", object: "chat.completion", created: 1, model: "m", choices: [choice] };
  await page.goto("/");
  await hydrated(page);
  await page.getByLabel("Import Completion").setInputFiles({ name: "m.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(record)) });
  await tab(page, "Markdown").click();
  const shown = view(page, "Markdown").locator(".rendered");
  await expect(shown.locator(".md-h1")).toHaveText("Title");
  await expect(shown.locator("strong > span")).toHaveClass("b2");
  await expect(shown.getByRole("listitem")).toHaveCount(3);
  await expect(shown).toContainText("<img src=x");
  await expect(shown.locator("img, a")).toHaveCount(0);
  await expect(page).not.toHaveTitle("owned");
});

test("the lab replays other settings at a token", async ({ page }) => {
  await openSample(page);
  await openCard(page, 2);
  await token(page, 4).click();
  await panel(page).getByRole("button", { name: "Other sampling settings" }).click();
  const lab = view(page, "Sampling lab");
  await expect(lab).toContainText("Token 4: before and after");
  await expect(lab).toContainText("taken for that");
  // There is a model on this server: the true continuation is a link away.
  const ahead = lab.getByRole("link", { name: /^Go on with “/ });
  expect(decodeURIComponent((await ahead.first().getAttribute("href")) ?? "")).toMatch(/^\/generate#(model=.*)?text=./);
  await expect(ahead.first()).toBeVisible();
  await lab.getByRole("slider", { name: "Temperature" }).fill("0");
  await expect(lab).toContainText("greedy: the best one only");
  await expect(lab.locator(".gone").first()).toBeVisible();
  await lab.getByRole("slider", { name: "Temperature" }).fill("2");
  await expect(lab.getByText("bounded").first()).toBeVisible();
  await lab.getByText("What is taken for granted").click();
  await lab.getByLabel("Size of the vocabulary").fill("49152");
  await expect(lab.getByText("estimate", { exact: true }).first()).toBeVisible();
  // A link has it all.
  await expect(page).toHaveURL(/temperature:2/);
  await lab.getByRole("button", { name: "Reset" }).click();
  await expect(lab).toContainText("temperature 1");
  await expect(lab.getByRole("slider", { name: "Temperature" })).toHaveValue("1");
  await lab.getByRole("button", { name: "All listed sequences" }).click();
  await expect(lab).toContainText("Sequences that were possible as a whole");
});

test("samples of one prompt, and values of JSON", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const record: any = completion("m", ['{"a": ', "1", "}"]);
  record.choices.push({ ...completion("m", ['{"a": ', "2", "}"]).choices[0], index: 1 });
  await choose(page, inMemory("samples.jsonl", jsonLines(record)));
  await ready(page);
  await tab(page, "Samples").click();
  await expect(view(page, "Samples")).toContainText("2 answers, 2 different");
  await tab(page, "JSON values").click();
  await view(page, "JSON values").getByRole("button", { name: "$.a" }).click();
  await expect(view(page, "JSON values")).toContainText("2 values, the least likely first");
});

test("a second file stands beside the first", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const of = (last: string) => jsonLines({ ...completion("m", ["The", " cat", last]), id: "x" });
  await choose(page, inMemory("a.jsonl", of(" sat")));
  await ready(page);
  await tab(page, "Compare").click();
  await view(page, "Compare").getByLabel("File for B").setInputFiles(inMemory("b.jsonl", of(" ran")));
  await expect(view(page, "Compare")).toContainText("1 pair by");
  await view(page, "Compare").getByRole("button", { name: "1", exact: true }).click();
  await expect(view(page, "Compare")).toContainText("They part after 8 bytes");
  await expect(view(page, "Compare").getByRole("region", { name: "B" })).toContainText("The cat ran");
});

test("a stored run stands beside a file, and a link shows it", async ({ page, newPerson }) => {
  await page.goto("/import");
  await hydrated(page);
  await choose(page, SAMPLE);
  await page.waitForURL(/\/runs\/\w+$/);
  await ready(page);
  await tab(page, "Compare").click();
  await view(page, "Compare").getByRole("combobox", { name: "B", exact: true }).selectOption({ index: 2 });
  await expect(view(page, "Compare")).toContainText("All texts are the same, byte by byte");
  const other = await newPerson();
  await other.goto(page.url());
  await expect(view(other, "Compare")).toContainText("All texts are the same, byte by byte");
});

for (const name of ["Why", "Tokens", "Vocabulary", "Markdown", "Sampling lab", "JSON values", "Samples", "Compare"]) {
  test(`${name} passes axe, and leads back to the answers`, async ({ page }) => {
    await openSample(page);
    await filterField(page).fill("p<0.02");
    await tab(page, name).click();
    await expect(view(page, name).locator(".panel-answer > *").first()).toBeVisible();
    await audit(page);
    await tab(page, "Answers").click();
    await expect(page.getByRole("article").first()).toBeVisible();
  });
}
