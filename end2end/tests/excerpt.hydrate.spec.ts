// A link that holds answers: made in one browser, opened in another, and nothing of it reaches a server.
import { inflateSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { audit, expect, hydrated, test } from "../fixtures";
import { board, card, cards, chip, filterField, openCard, openSample, panel, ready, token, wholeText } from "../page";
import { answers, answersWith, sig3 } from "../sample";

const share = (page: Page) => page.getByRole("region", { name: "Share", exact: true });
const field = (page: Page) => share(page).getByRole("textbox", { name: "The link" });

/** What the panel offers once it is there. */
async function link(page: Page): Promise<string> {
  await expect(field(page)).toHaveValue(/#.*excerpt=1\./);
  return field(page).inputValue();
}

test("the open answer goes into a link and comes out of it in another browser", async ({ page, newPerson }) => {
  await openSample(page);
  await openCard(page, 2);
  await token(page, 4).click();
  await expect(panel(page)).toContainText("token 4");
  await page.getByRole("button", { name: "As a link" }).click();
  await expect(share(page)).toContainText("1 answer with 65 tokens");
  await audit(page);
  const plain = (await link(page)).length;
  await share(page).getByLabel("Alternatives of a token").selectOption("5");
  await expect.poll(async () => (await field(page).inputValue()).length).toBeGreaterThan(plain);
  const address = await link(page);

  const other = await newPerson();
  const asked: string[] = [];
  other.on("request", (request) => asked.push(request.url()));
  await other.goto(address);
  await hydrated(other);
  await expect(wholeText(other)).toBeVisible();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("excerpt of completions-small.json");
  await expect(other.getByText("This is an excerpt: 1 answer of completions-small.json that came with the link.")).toBeVisible();
  // The same token is pinned, with what else the model considered.
  await expect(panel(other)).toContainText("token 4");
  await expect(panel(other).getByRole("row")).not.toHaveCount(0);
  expect((await wholeText(other).textContent())!).toContain(answers[1].spelled.slice(0, 40));
  expect(await chip(card(other, 1), "Perplexity").textContent()).toBe(sig3(answers[1].perplexity));
  await expect(other.getByRole("button", { name: "Store" })).toBeHidden();
  expect(asked.filter((url) => url.includes("excerpt") || url.includes("/api/"))).toEqual([]);
  await audit(other);

  // The address keeps it: after another look at it, and a new start, it is still there.
  await token(other, 9).click();
  await expect(other).toHaveURL(/t=9&excerpt=1\./);
  await other.reload();
  await expect(panel(other)).toContainText("token 9");
});

test("what is listed goes into a link, masked", async ({ page, newPerson }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const found = answersWith("ocean");
  await expect(cards(page)).toHaveCount(found.length);
  await page.getByText("Export", { exact: true }).click();
  await page.getByRole("button", { name: /^Link with an excerpt/ }).click();
  await share(page).getByLabel(/^Mask the text/).check();
  await expect(share(page)).toContainText("the text masked");
  const address = await link(page);
  expect(address).not.toContain("q=");
  // Nor is a word of the texts, or of the alternatives, in what the address unpacks to.
  await share(page).getByLabel("Alternatives of a token").selectOption("20");
  await expect.poll(async () => (await field(page).inputValue()).length).toBeGreaterThan(address.length);
  const packed = (await field(page).inputValue()).split("excerpt=1.")[1];
  const unpacked = inflateSync(Buffer.from(packed, "base64url")).toString("latin1");
  const models = new Set(found.map(({ model }) => model));
  const words = new Set(found.flatMap(({ text }) => text.match(/[A-Za-z]{3,}/g) ?? []));
  expect(words.size).toBeGreaterThan(50);
  expect([...words].filter((word) => unpacked.includes(word) && ![...models].some((model) => model.includes(word)))).toEqual([]);
  expect(unpacked).not.toContain("completions-small");

  const other = await newPerson();
  await other.goto(address);
  await ready(other);
  await expect(other.getByText(/Its text is masked/)).toBeVisible();
  await expect(cards(other)).toHaveCount(found.length);
  await expect(board(other, "Number of sentences").getByText(String(found.length), { exact: true })).toBeVisible();
  expect(await chip(card(other, 1), "Perplexity").textContent()).toBe(sig3(found[0].perplexity));
  const text = await card(other, 1).locator(".tokens").first().textContent();
  expect(text!.replaceAll(/[^\p{L}]/gu, "")).toMatch(/^[xX]+$/);
});

test("a link without its end, or one of tomorrow, says so", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  await page.getByRole("button", { name: "As a link" }).click();
  const address = await link(page);
  for (const [broken, message] of [
    [address.slice(0, address.length - 200), "This link is cut off"],
    [address.replace("excerpt=1.", "excerpt=1.AAAA"), "This link is damaged"],
    [address.replace("excerpt=1.", "excerpt=7."), "made by a newer Surprisal (version 7"],
  ]) {
    // In the same window, from one address to the next: only what is behind # changes.
    await page.goto(broken);
    await expect(page.getByRole("alert")).toContainText(message);
  }
  await page.goto(address);
  await expect(wholeText(page)).toBeVisible();
  await expect(page.getByText("This is an excerpt: 1 answer")).toBeVisible();
});
