// The ways to find things on the pages: by role and accessible name.
import { expect, type Locator, type Page } from "@playwright/test";
import { hydrated } from "./fixtures";
import type { Boards } from "./sample";

/** Opens the bundled sample and waits until it is read. */
export async function openSample(page: Page) {
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("link", { name: "Open the sample" }).click();
  await page.waitForURL("**/local");
  await ready(page);
}

/** Chooses a file in the picker of the first page. */
export async function choose(page: Page, file: Parameters<Locator["setInputFiles"]>[0]) {
  await page.getByLabel("Import Completion").setInputFiles(file);
}

/** Waits until all is read: from then on one can filter, and cards can be opened. */
export async function ready(page: Page) {
  await expect(filterField(page)).toBeEnabled();
  await expect(page.getByRole("button", { name: "Open sequence" }).first()).toBeVisible();
}

export const filterField = (page: Page) => page.getByRole("combobox", { name: "Find" });
export const sortMenu = (page: Page) => page.getByRole("combobox", { name: "Sort" });
export const modelMenu = (page: Page) => page.getByRole("combobox", { name: "Model" });

export const fileMenu = (page: Page) => page.getByRole("combobox", { name: "File" });
export const foldBox = (page: Page) => page.getByRole("checkbox", { name: "Fold identical texts" });

/** The import report. */
export const report = (page: Page) => page.locator("details.report");

/** What the import report says under this name. */
export const found = (page: Page, name: string) =>
  report(page)
    .locator("dl > div", { has: page.getByRole("term").getByText(name, { exact: true }) })
    .getByRole("definition");

/** The board with this heading. */
export function board(page: Page, name: string): Locator {
  const boards = page.getByRole("region", { name: "Overall numbers" });
  return boards.locator("div", { has: page.getByRole("heading", { name }) });
}

/** Checks the three boards: sentences, perplexity, probability, and the values over all tokens. */
export async function expectBoards(page: Page, { sentences, perplexity, probability }: Boards) {
  await expect(board(page, "Number of sentences").getByText(sentences, { exact: true })).toBeVisible();
  for (const [name, [value, overTokens]] of [
    ["Perplexity overall", perplexity],
    ["Probability overall", probability],
  ] as const) {
    await expect(board(page, name).getByText(value, { exact: true })).toBeVisible();
    await expect(board(page, name).getByText(`${overTokens} over all tokens`)).toBeVisible();
  }
}

export const cards = (page: Page) => page.getByRole("list", { name: "Sequences" }).getByRole("article");

export const card = (page: Page, number: number) => page.getByRole("article", { name: `Sequence ${number}`, exact: true });

/** A figure in the head of a card, by its name. */
export function chip(card: Locator, name: string): Locator {
  const chips = card.locator("dl > div", { has: card.page().getByRole("term").getByText(name, { exact: true }) });
  return chips.getByRole("definition");
}

/** Numbers of the sequences that the list shows, from its top; those that are scrolled away are not there. */
export async function listed(page: Page): Promise<number[]> {
  return cards(page).evaluateAll((articles) => {
    const place = (article: Element) => Number(article.closest("[aria-posinset]")?.getAttribute("aria-posinset"));
    return articles
      .sort((a, b) => place(a) - place(b))
      .map((article) => Number(article.getAttribute("aria-label")?.replace("Sequence ", "")));
  });
}

/** Expands a card and waits for its text. */
export async function openCard(page: Page, number: number): Promise<Locator> {
  await card(page, number).getByRole("button", { name: "Open sequence" }).click();
  await expect(wholeText(page)).toBeVisible();
  return card(page, number);
}

/** The text of the open sequence. */
export const wholeText = (page: Page) => page.getByRole("group", { name: /^Text of the sequence/ });

/** A token of the open sequence, counted from 1 as on the screen. */
export const token = (page: Page, number: number) => wholeText(page).locator(`[data-i="${number - 1}"]`);

/** The panel beside the text. */
export const panel = (page: Page) => page.getByRole("complementary", { name: "Token" });

/** A figure of the panel, by its name. */
export const figure = (page: Page, name: string) =>
  panel(page)
    .locator("dl > div", { has: page.getByRole("term").getByText(name, { exact: true }) })
    .getByRole("definition");

/** The bars of the chart that one can touch; they are hidden from assistive technology, the table behind speaks for them. */
export const bars = (page: Page) => page.getByRole("figure").locator("svg [data-i]");
