// The legend is the control: what colours a token, where the bands meet, and which band is listed. And the keys.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { bars, card, cards, filterField, listed, openCard, openSample, panel, token, wholeText } from "../page";
import { answers } from "../sample";

const probabilities = answers.map(({ tokens }) => tokens.map(({ logprob }) => Math.exp(logprob)));
const legend = (page: Page) => page.getByRole("list", { name: /^Colours: / });
const first = (page: Page) => page.getByRole("slider", { name: "First threshold" });
const second = (page: Page) => page.getByRole("slider", { name: "Second threshold" });
const quantity = (page: Page) => page.getByRole("combobox", { name: "Colour by" });

/** How many tokens of the sample are above the one and at most the other probability. */
const between = (from: number, to: number) => probabilities.flat().filter((p) => p > from && p <= to).length;

/** The band of a token in the open text: 0 low, 1 middle, 2 high. */
async function bandOf(page: Page, number: number): Promise<number> {
  const classes = (await token(page, number).getAttribute("class"))!;
  return Math.floor(Number(/^b(\d)/.exec(classes)![1]) / 3);
}

test("a threshold recolours text, cards, chart and counts, and is part of the address", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  const middle = probabilities[0].findIndex((p) => p > 0.34 && p < 0.65) + 1;
  expect(middle).toBeGreaterThan(0);
  expect(await bandOf(page, middle)).toBe(1);
  await token(page, middle).click();
  const bar = page.locator(".chart-drawing");
  const before = await bar.innerHTML();
  const cardBefore = await card(page, 2).locator(".beginning").innerHTML();

  await first(page).fill("66");
  await expect(first(page)).toHaveAttribute("aria-valuetext", "0.66");
  await expect.poll(() => bandOf(page, middle)).toBe(0);
  await expect.poll(() => bar.innerHTML()).not.toBe(before);
  await expect.poll(() => card(page, 2).locator(".beginning").innerHTML()).not.toBe(cardBefore);
  await expect(token(page, middle)).toHaveClass(/pin/);
  await expect(legend(page).getByRole("listitem")).toHaveText([
    `low up to 0.66 · ${between(-1, 0.66)}`,
    "middle up to 0.66 · 0",
    `high above · ${between(0.66, 2)}`,
  ]);
  await expect(page).toHaveURL(/#cuts=0\.66,0\.66&s=1&t=/);

  // By keyboard: a step is a hundredth, and the other threshold gives way.
  await first(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(first(page)).toHaveAttribute("aria-valuetext", "0.67");
  await expect(second(page)).toHaveAttribute("aria-valuetext", "0.67");
  await page.getByRole("button", { name: "Reset the thresholds" }).click();
  await expect.poll(() => bandOf(page, middle)).toBe(1);
  await expect.poll(() => bar.innerHTML()).toBe(before);
  await expect(page).toHaveURL(/#s=1&t=/);
});

test("a threshold can be dragged", async ({ page }) => {
  await openSample(page);
  const box = (await first(page).boundingBox())!;
  const at = (share: number) => box.x + 12 + (box.width - 24) * share;
  await page.mouse.move(at(0.33), box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(at(0.1), box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => Number(await first(page).inputValue())).toBeLessThan(20);
  await expect(second(page)).toHaveValue("66");
});

test("a threshold is typed, and a wrong number says which would be right", async ({ page }) => {
  await openSample(page);
  const field = page.getByRole("textbox", { name: "First threshold" });
  await expect(field).toHaveValue("0.33");
  await field.fill("0,5");
  await field.press("Enter");
  await expect(page).toHaveURL(/#cuts=0\.50,0\.66$/);
  await expect(field).toHaveValue("0.50");
  await expect(first(page)).toHaveValue("50");
  await field.fill("1.5");
  await field.press("Tab");
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription("A number from 0 to 1, with at most two digits behind the point.");
  await expect(page).toHaveURL(/#cuts=0\.50,0\.66$/);
  // Dragged, it is right again.
  await first(page).fill("20");
  await expect(field).toHaveValue("0.20");
  await expect(field).not.toHaveAttribute("aria-invalid");
  await quantity(page).selectOption("rank");
  await expect(field).toHaveValue("1");
  await page.getByRole("textbox", { name: "Second threshold" }).fill("2.5");
  await page.keyboard.press("Enter");
  await expect(page.getByText("A whole number from 0 to 20.")).toBeVisible();
});

test("surprisal has its own thresholds, and a link brings them back", async ({ page }) => {
  await openSample(page);
  await quantity(page).selectOption("surprisal");
  await expect(page).toHaveURL(/#colour=surprisal$/);
  await second(page).fill("40");
  await expect(page).toHaveURL(/#colour=surprisal&cuts=0\.6,4\.0$/);
  const items = [
    `surprising above 4 bits · ${between(-1, 2 ** -4)}`,
    `in between up to 4 bits · ${between(2 ** -4, 2 ** -0.6)}`,
    `expected up to 0.6 bits · ${between(2 ** -0.6, 2)}`,
  ];
  await expect(legend(page).getByRole("listitem")).toHaveText(items);
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();
  await page.goBack();
  await expect(quantity(page)).toHaveValue("surprisal");
  await expect(legend(page).getByRole("listitem")).toHaveText(items);
});

test("a band lists the sequences that have such a token", async ({ page }) => {
  await openSample(page);
  await first(page).fill("2");
  await legend(page).getByRole("button", { name: "low" }).click();
  const found = answers.filter((_, at) => probabilities[at].some((p) => p <= 0.02));
  expect(found.length).toBeGreaterThan(0);
  await expect(page.getByText(`${found.length} of 22 sequences`)).toBeVisible();
  await expect.poll(async () => (await listed(page)).slice(0, 3)).toEqual(found.slice(0, 3).map(({ number }) => number));
  await expect(page).toHaveURL(/#cuts=0\.02,0\.66&band=low$/);
  await expect(legend(page).getByRole("button", { name: "low" })).toHaveAttribute("aria-pressed", "true");
  await legend(page).getByRole("button", { name: "low" }).click();
  await expect(page).toHaveURL(/#cuts=0\.02,0\.66$/);
});

test("signs are plain until somebody wants them coloured, and the palette stays", async ({ page }) => {
  await openSample(page);
  const paint = (selector: string) => cards(page).locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
  const clear = "rgba(0, 0, 0, 0)";
  expect(await paint(".sign")).toBe(clear);
  const word = await paint(".b8:not(.sign)");
  expect(word).not.toBe(clear);
  await page.getByRole("checkbox", { name: "Colour signs and spaces" }).check();
  expect(await paint(".sign")).not.toBe(clear);
  await page.getByRole("combobox", { name: "Palette" }).selectOption("classic");
  expect(await paint(".b8:not(.sign)")).not.toBe(word);
  await page.getByRole("combobox", { name: "Palette" }).selectOption("mono");
  expect(await paint(".b8:not(.sign)")).toBe(clear);
  await openSample(page);
  await expect(page.getByRole("combobox", { name: "Palette" })).toHaveValue("mono");
  expect(await paint(".b8:not(.sign)")).toBe(clear);
});

test("keys walk over doubtful tokens and sequences", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  await expect(wholeText(page)).toBeVisible();
  const isWord = (text: string) => /[\p{L}\p{N}]/u.test(text);
  const doubtful = answers[0].tokens.flatMap(({ token, logprob }, at) => (Math.exp(logprob) <= 0.33 && isWord(token) ? [at + 1] : []));
  expect(doubtful.length).toBeGreaterThan(1);
  await page.keyboard.press("n");
  await expect(page).toHaveURL(new RegExp(`s=1&t=${doubtful[0]}$`));
  await page.keyboard.press("n");
  await expect(page).toHaveURL(new RegExp(`s=1&t=${doubtful[1]}$`));
  await expect(panel(page)).toContainText(`token ${doubtful[1]}`);
  await expect(bars(page).first()).toBeAttached();
  await page.keyboard.press("p");
  await expect(page).toHaveURL(new RegExp(`s=1&t=${doubtful[0]}$`));
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/#s=1$/);
  await page.keyboard.press("ArrowDown");
  await expect(page).toHaveURL(/#s=2$/);
  await expect(card(page, 2).getByRole("button", { name: "Close sequence" })).toBeVisible();
  await page.keyboard.press("ArrowUp");
  await expect(page).toHaveURL(/#s=1$/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/local$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys" })).toHaveCount(0);
  await page.keyboard.press("/");
  await expect(filterField(page)).toBeFocused();
  await page.keyboard.type("n?");
  await expect(filterField(page)).toHaveValue("n?");
});
