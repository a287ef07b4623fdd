// Files that are broken, or something else: a report, no crash, and the next file opens.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { board, card, cards, choose, expectBoards, found, openCard, ready, report, wholeText } from "../page";
import { SAMPLE, SAMPLE_BOARDS } from "../sample";

/** Opens a file. */
async function open(page: Page, name: string, content: string | Buffer) {
  await page.goto("/");
  await hydrated(page);
  await choose(page, inMemory(name, content));
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
}

/** Opens a file and its report. */
async function openBroken(page: Page, name: string, content: string | Buffer) {
  await open(page, name, content);
  await report(page).getByText("Import report:").click();
}

/** After a bad file a good one opens on the same page. */
async function expectNextFileOpens(page: Page) {
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await choose(page, SAMPLE);
  await ready(page);
  await expectBoards(page, SAMPLE_BOARDS);
}

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c6300010000050001", "hex");

for (const [what, name, content, says, seen] of [
  ["a table", "table.csv", "id,text,score\n1,hello,0.5\n2,there,0.25\n", /CSV|table|comma/i, "a table, "],
  ["a picture", "picture.png", PNG, /PNG|picture|image/i, "something unknown, "],
  ["an empty file", "empty.json", "", /empty/i, "nothing: the file is empty, "],
  ["JSON of another kind", "other.json", '{"name":"surprisal","version":1}', /no completion|not a completion/i, "one JSON value, "],
  ["noise", "noise.bin", Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 251)), /not|no /i, "something unknown, "],
] as const) {
  test(`${what} is explained`, async ({ page }) => {
    await open(page, name, content);
    await expect(page.getByText(/no completion was found in this file/i).first()).toBeVisible();
    // There is nothing else to see: the report opens by itself.
    await expect(report(page)).toHaveAttribute("open");
    await expect(report(page)).toContainText(says);
    await expect(found(page, "Seen")).toContainText(seen);
    await expect(found(page, "Needed")).toContainText("logprobs: true");
    await expect(board(page, "Number of sentences").getByText("0", { exact: true })).toBeVisible();
    await expect(board(page, "Perplexity overall").getByText("—", { exact: true })).toBeVisible();
    await expect(cards(page)).toHaveCount(0);
    await expectNextFileOpens(page);
  });
}

test("a file that was cut off keeps what was whole", async ({ page }) => {
  const whole = readFileSync(SAMPLE);
  await openBroken(page, "cut.json", whole.subarray(0, whole.length / 2));
  await expect(page.getByText(/Import report: 1 error/)).toBeVisible();
  await expect(report(page)).toContainText(/cut off|ends/i);
  const kept = await cards(page).count();
  expect(kept).toBeGreaterThan(3);
  await openCard(page, 1);
  await expect(wholeText(page)).toContainText("The sea is a vast and mysterious realm");
  await expectNextFileOpens(page);
});

test("a bad line in the middle is told with its place", async ({ page }) => {
  const good = (text: string) => jsonLines(completion("m", [text, " end"]));
  await openBroken(page, "holes.jsonl", `${good("one")}{"broken": tru\n${good("three")}not json\n${good("five")}`);
  await expect(cards(page)).toHaveCount(3);
  await expect(card(page, 3)).toContainText("five end");
  await expect(report(page)).toContainText("line 2");
  await expect(report(page)).toContainText("line 4");
  await expectNextFileOpens(page);
});

test("the report leads to the sequence that it speaks of", async ({ page }) => {
  const odd: any = completion("m", ["a", "b", "c"]);
  odd.choices[0].logprobs.content[1].logprob = -9999;
  await openBroken(page, "floor.jsonl", jsonLines(completion("m", ["x"]), odd));
  await report(page).getByRole("link", { name: "sequence 2" }).first().click();
  await expect(wholeText(page)).toHaveText("abc");
  await expect(page).toHaveURL(/#s=2$/);
});

test("a file of texts only is shown, and says why there are no figures", async ({ page }) => {
  const plain = (text: string) => ({
    id: `chatcmpl-${text.length}`,
    object: "chat.completion",
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: text }, logprobs: null, finish_reason: "stop" }],
  });
  await openBroken(page, "texts.jsonl", jsonLines(plain("One text."), plain("Another one.")));
  await expect(board(page, "Number of sentences").getByText("2", { exact: true })).toBeVisible();
  for (const name of ["Perplexity overall", "Probability overall"]) {
    await expect(board(page, name).getByText("—", { exact: true })).toBeVisible();
    await expect(board(page, name)).toContainText("no values");
  }
  await expect(page.getByText("No answer has token probabilities in this file")).toBeVisible();
  await expect(card(page, 2)).toContainText("Another one.");
  await expect(card(page, 2)).toContainText("no token probabilities");
  await openCard(page, 2);
  await expect(page.getByText("This sequence has no token probabilities.")).toBeVisible();
});
