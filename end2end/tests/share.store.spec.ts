// Store and share, once per store: the same view for somebody else, the list, the original bytes, and the end of a run.
import { readFileSync } from "node:fs";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures";
import { inMemory } from "../files";
import { board, card, cards, choose, expectBoards, filterField, listed, openCard, openSample, panel, ready, sortMenu, token, wholeText } from "../page";
import { SAMPLE, SAMPLE_BOARDS, answers, answersWith, sha256 } from "../sample";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

const idOf = (page: Page) => new URL(page.url()).pathname.replace("/runs/", "");

/** Stores the open file and waits for its address. */
async function store(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Store", exact: true }).click();
  await page.waitForURL(/\/runs\/\w+/);
  await expect(page.getByRole("link", { name: "Download" })).toBeVisible();
  return idOf(page);
}

/** Stores a file past the page. */
async function stored(request: APIRequestContext, name: string): Promise<string> {
  const answer = await request.post(`/api/runs?name=${name}`, {
    data: readFileSync(SAMPLE),
    headers: { "content-type": "application/octet-stream" },
  });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

async function storedIds(request: APIRequestContext): Promise<string[]> {
  const list = await (await request.get("/api/runs?limit=100")).json();
  return list.runs.map(({ id }: { id: string }) => id);
}

test("a stored run shows the same view to somebody else", async ({ page, newPerson }) => {
  await openSample(page);
  await filterField(page).fill("the");
  await sortMenu(page).selectOption("-perplexity");
  const found = answersWith("the").sort((a, b) => b.perplexity - a.perplexity);
  const { number } = found[1];
  await expect.poll(async () => (await listed(page))[1]).toBe(number);
  await openCard(page, number);
  await token(page, 4).click();
  await expect(page).toHaveURL(new RegExp(`#q=the&sort=-perplexity&s=${number}&t=4$`));

  await store(page);
  // The same view, now in the query; nothing was read again.
  await expect(page).toHaveURL(new RegExp(`/runs/\\w+\\?q=the&sort=-perplexity&s=${number}&t=4$`));
  const expectSame = async (person: Page) => {
    await expectBoards(person, SAMPLE_BOARDS);
    await expect(board(person, "Number of sentences").getByText(`${found.length} match`)).toBeVisible();
    await expect(filterField(person)).toHaveValue("the");
    await expect(sortMenu(person)).toHaveValue("-perplexity");
    await expect(token(person, 4)).toHaveClass(/pin/);
    await expect(panel(person)).toContainText("token 4");
    expect(await wholeText(person).textContent()).toBe(answers[number - 1].spelled);
    expect((await listed(person)).slice(0, 3)).toEqual(found.slice(0, 3).map((answer) => answer.number));
  };
  await expectSame(page);

  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());

  const colleague = await newPerson();
  await colleague.goto(link);
  await hydrated(colleague);
  await expectSame(colleague);
  await expect(card(colleague, number)).toBeInViewport();
  await expect(colleague).toHaveTitle(`completions-small.json, sequence ${number} – Surprisal`);

  // Clearing all of it leads to the plain address.
  await panel(colleague).getByRole("button", { name: "Unpin" }).click();
  await colleague.getByRole("button", { name: "Close sequence" }).click();
  await colleague.getByRole("button", { name: "Clear" }).click();
  await sortMenu(colleague).selectOption("position");
  await expect(colleague).toHaveURL(/\/runs\/\w+$/);
});

test("back and forward walk through what was looked at", async ({ page, request }) => {
  const id = await stored(request, "history.json");
  await page.goto("/import");
  await hydrated(page);
  await page.getByRole("main").getByRole("link", { name: "history.json", exact: true }).first().click();
  await expect(page).toHaveURL(new RegExp(`/runs/${id}$`));
  await ready(page);
  await openCard(page, 2);
  await expect(page).toHaveURL(/\?s=2$/);
  await token(page, 3).click();
  await expect(page).toHaveURL(/\?s=2&t=3$/);
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`/runs/${id}$`));
  await expect(wholeText(page)).toHaveCount(0);
  await page.goForward();
  await expect(page).toHaveURL(/\?s=2&t=3$/);
  await expect(token(page, 3)).toHaveClass(/pin/);
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();
});

test("the last run, its bytes, the list, and the end of it", async ({ page, request, newPerson }) => {
  const before = await storedIds(request);
  await page.goto("/");
  await hydrated(page);
  // A name that is HTML in part, and of its own: other tests store files at the same time.
  const name = `sample <b>&"${Date.now()}".json`;
  await choose(page, inMemory(name, readFileSync(SAMPLE)));
  await ready(page);
  const id = await store(page);
  expect(before).not.toContain(id);

  const latest = await newPerson();
  await latest.goto("/runs/latest?s=1");
  await hydrated(latest);
  await expect(latest).toHaveURL(/\/runs\/\w+\?s=1$/);
  // Ours, or one that was stored later.
  expect(before).not.toContain(idOf(latest));
  await expect(wholeText(latest)).toBeVisible();

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect(sha256(await (await download).path())).toBe(sha256(SAMPLE));

  await page.getByRole("link", { name: "Import", exact: true }).click();
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(row).toHaveCount(1);
  const [imported, size, format, ...figures] = await row.getByRole("cell").allTextContents();
  expect(Math.abs(Date.parse(`${imported.replace(" ", "T")}Z`) - Date.now())).toBeLessThan(120_000);
  expect(size).toBe("501 KB");
  expect(format).toBe("openai_chat");
  expect(figures.slice(0, 3)).toEqual(["22", "5.13", "0.565"]);
  // Newest first: above it are only runs that were stored after it began.
  const links = await page.getByRole("rowheader").getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const above = links.slice(0, links.indexOf(`/runs/${id}`));
  expect(above.filter((link) => before.some((old) => link === `/runs/${old}`))).toEqual([]);

  await row.getByRole("button", { name: /^Copy the link/ }).click();
  await expect(page.getByText(`The link of ${name} is on the clipboard.`)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(new URL(`/runs/${id}`, page.url()).href);

  // *That* run opens.
  await row.getByRole("link", { name, exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${id}$`));
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await expectBoards(page, SAMPLE_BOARDS);
  await page.goBack();

  await row.getByRole("button", { name: /^Delete/ }).click();
  const dialog = page.getByRole("dialog", { name: `Delete ${name}?` });
  await expect(dialog).toContainText("Its link stops working for everybody who has it.");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toHaveCount(1);

  await row.getByRole("button", { name: /^Delete/ }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(dialog).toBeHidden();
  await expect(row).toHaveCount(0);
  expect((await request.get(`/runs/${id}`)).status()).toBe(410);
  expect((await request.get(`/api/runs/${id}/file`)).status()).toBe(410);
});

test("a file is stored from the list", async ({ page, request }) => {
  await page.goto("/import");
  await hydrated(page);
  await choose(page, SAMPLE);
  await page.waitForURL(/\/runs\/\w+$/);
  await ready(page);
  await expectBoards(page, SAMPLE_BOARDS);
  expect((await request.delete(`/api/runs/${idOf(page)}`)).ok()).toBe(true);
});

test("the list has pages", async ({ page, request }) => {
  // More than one page of the list. The bytes are stored once.
  const missing = 25 - (await storedIds(request)).length;
  for (let count = 0; count < missing; count += 1) await stored(request, `page-${count}.json`);
  await page.goto("/import");
  await hydrated(page);
  const links = page.getByRole("rowheader").getByRole("link");
  const first = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  await page.getByRole("link", { name: "Older runs" }).click();
  await expect(page).toHaveURL(/\/import\?before=/);
  await expect.poll(() => links.first().getAttribute("href")).not.toBe(first[0]);
  const second = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(second.filter((link) => first.includes(link))).toEqual([]);
});

test.describe("a broken connection", () => {
  test.use({ allowed: [/net::ERR_FAILED .*\/api\/runs\?name=/] });

  test("an upload that breaks off can be tried again", async ({ page }) => {
    await openSample(page);
    await page.route("**/api/runs?*", (route) => route.abort());
    await page.getByRole("button", { name: "Store", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("The upload broke off before the end. Nothing was stored; the file is still open here: try again.");
    await page.unroute("**/api/runs?*");
    await store(page);
  });
});

test.describe("addresses that lead nowhere", () => {
  // The browser's own line about such an answer.
  test.use({ allowed: [/status of (404|410) .*\/(no-such-page|runs\/\w+)\)$/] });

  test("a page that says what to do", async ({ page, request }) => {
    const deleted = await stored(request, "deleted.json");
    expect((await request.delete(`/api/runs/${deleted}`)).ok()).toBe(true);
    for (const [address, status, heading] of [
      ["/no-such-page", 404, "There is no such page"],
      ["/runs/01nosuchrun", 404, "There is no such run"],
      [`/runs/${deleted}`, 410, "This run was deleted"],
    ] as const) {
      const answer = await page.goto(address);
      expect(answer?.status(), address).toBe(status);
      await hydrated(page);
      await expect(page.getByRole("heading", { name: heading })).toBeVisible();
      await page.getByRole("main").getByRole("link", { name: "Open a file" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "See what your model was unsure about." })).toBeVisible();
    }
    await expect(cards(page)).toHaveCount(0);
  });
});
