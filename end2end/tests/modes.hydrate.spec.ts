// What can colour a text besides probability: what the alternatives say, words and sentences, and a comparison with the text itself.
import type { Page } from "@playwright/test";
import { audit, expect, picture, test } from "../fixtures";
import { completion, jsonLines } from "../files";
import { card, choose, listed, openCard, openSample, ready, token, wholeText } from "../page";
import { answers } from "../sample";

const legend = (page: Page) => page.getByRole("list", { name: /^Colours: / });
const first = (page: Page) => page.getByRole("slider", { name: "First threshold" });
const menu = (page: Page, name: "Colour by" | "Unit" | "Scale") => page.getByRole("combobox", { name });
const note = (page: Page) => page.locator(".legend-note");

type Token = (typeof answers)[number]["tokens"][number];
type Band = 0 | 1 | 2;

const best = ({ top_logprobs }: Token) => [...top_logprobs].map(({ logprob }) => logprob).sort((a, b) => b - a);
/** At least the least it can be: what is not listed is spread over as few tokens as possible. */
function entropy(token: Token): number {
  const p = best(token).map(Math.exp);
  const h = (x: number) => (x > 0 ? -x * Math.log(x) : 0);
  const [rest, least] = [Math.max(0, 1 - p.reduce((sum, x) => sum + x, 0)), p[p.length - 1]];
  const pieces = Math.floor(rest / least);
  return p.reduce((sum, x) => sum + h(x), 0) + pieces * h(least) + h(rest - pieces * least);
}

/** Each mode: its value computed here, its usual thresholds, whether high is the doubtful end, and how a value reads. */
const modes: Record<string, { value: (token: Token) => number; cuts: [number, number]; doubt: boolean; reads: (value: number) => string }> = {
  rank: { value: (token) => best(token).filter((one) => one > token.logprob).length + 1, cuts: [1, 5], doubt: true, reads: (value) => `rank ${value}` },
  share: { value: (token) => Math.exp(Math.min(0, token.logprob - best(token)[0])), cuts: [0.1, 0.5], doubt: false, reads: String },
  entropy: { value: entropy, cuts: [0.5, 1.5], doubt: true, reads: (value) => `${value} nats` },
  margin: { value: (token) => Math.exp(best(token)[0]) - Math.exp(best(token)[1]), cuts: [0.1, 0.5], doubt: false, reads: String },
};

/** 0 is low, which is doubtful. */
function bandOf(mode: string, token: Token, cuts = modes[mode].cuts): Band {
  const { value, doubt } = modes[mode];
  const place = value(token) <= cuts[0] ? 0 : value(token) <= cuts[1] ? 1 : 2;
  return (doubt ? 2 - place : place) as Band;
}

function counts(mode: string, cuts = modes[mode].cuts): number[] {
  const found = [0, 0, 0];
  for (const token of answers.flatMap(({ tokens }) => tokens)) found[bandOf(mode, token, cuts)] += 1;
  return found;
}

/** What the bands are called, the doubtful one first. */
function names(mode: string, first: number): [string, string, string] {
  if (mode === "rank") return ["far down", "next choices", first === 1 ? "first choice" : "first choices"];
  if (mode === "share") return ["far behind", "behind", "close"];
  return mode === "entropy" ? ["open", "some choice", "certain"] : ["toss-up", "narrow", "clear"];
}

function items(mode: string, cuts = modes[mode].cuts): string[] {
  const [low, middle, high] = counts(mode, cuts);
  const [a, b] = cuts.map(modes[mode].reads);
  const [doubtful, between, sure] = names(mode, cuts[0]);
  return modes[mode].doubt
    ? [`${doubtful} above ${b} · ${low}`, `${between} up to ${b} · ${middle}`, `${sure} up to ${a} · ${high}`]
    : [`${doubtful} up to ${a} · ${low}`, `${between} up to ${b} · ${middle}`, `${sure} above · ${high}`];
}

/** The bands of all tokens of the open text, by their indices. */
async function painted(page: Page): Promise<Map<number, number>> {
  const found = await wholeText(page)
    .locator("[data-i]")
    .evaluateAll((spans) => spans.map((span) => [Number(span.getAttribute("data-i")), span.className] as const));
  return new Map(found.map(([index, classes]) => [index, Math.floor(Number(/^b(\d)/.exec(classes)?.[1] ?? 99) / 3)]));
}

/** Tokens that are a piece of their own: parts of characters are painted together. */
const whole = (tokens: Token[]) => tokens.flatMap((token, at) => (/^[\x20-\x7e]+$/.test(token.token) && !token.token.includes("\\x") ? [at] : []));

for (const mode of Object.keys(modes)) {
  test(`${mode}: text, cards, chart and counts, by link as well`, async ({ page }) => {
    await openSample(page);
    await openCard(page, 2);
    const chart = page.locator(".chart-drawing");
    await expect(chart.locator("svg")).toBeVisible();
    const [before, cardBefore] = [await chart.innerHTML(), await card(page, 1).locator(".beginning").innerHTML()];
    await menu(page, "Colour by").selectOption(mode);
    await expect(page).toHaveURL(new RegExp(`#colour=${mode}&s=2$`));
    await expect(legend(page).getByRole("listitem")).toHaveText(items(mode));
    await expect(note(page)).toContainText(/alternative|entropy/);
    await expect(page.getByRole("button", { name: "Stop" })).toBeHidden();
    await expect.poll(() => chart.innerHTML()).not.toBe(before);
    await expect.poll(() => card(page, 1).locator(".beginning").innerHTML()).not.toBe(cardBefore);
    const { tokens } = answers[1];
    const bands = await painted(page);
    for (const at of whole(tokens)) {
      expect(bands.get(at), `token ${at + 1}, ${tokens[at].token}`).toBe(bandOf(mode, tokens[at]));
    }
    // The table behind the chart names the value.
    await page.getByText("Show as table").click();
    await expect(page.getByRole("columnheader", { name: new RegExp(`^${mode}`) })).toBeVisible();

    // A threshold moves all of it, without asking anybody: the values are there.
    const label = mode === "rank" ? "4" : "20";
    await first(page).fill(label);
    const moved: [number, number] = [{ rank: 4, share: 0.2, entropy: 2, margin: 0.2 }[mode]!, Math.max(modes[mode].cuts[1], mode === "entropy" ? 2 : 0)];
    await expect(legend(page).getByRole("listitem")).toHaveText(items(mode, moved));
    await expect.poll(async () => {
      const bands = await painted(page);
      return whole(tokens).every((at) => bands.get(at) === bandOf(mode, tokens[at], moved));
    }).toBe(true);

    // The same view by its address, after the page was left.
    await expect(page).toHaveURL(new RegExp(`#colour=${mode}&cuts=[0-9.,]+&s=2$`));
    const address = page.url();
    await page.getByRole("link", { name: "Import", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(address);
    await expect(menu(page, "Colour by")).toHaveValue(mode);
    await expect(legend(page).getByRole("listitem")).toHaveText(items(mode, moved));
    await expect.poll(async () => (await painted(page)).get(whole(tokens)[5])).toBe(bandOf(mode, tokens[whole(tokens)[5]], moved));
  });
}

test("a band of ranks lists the sequences that have such a token, and a threshold is dragged", async ({ page }) => {
  await openSample(page);
  await menu(page, "Colour by").selectOption("rank");
  await expect(legend(page).getByRole("listitem")).toHaveText(items("rank"));
  await legend(page).getByRole("button", { name: "far down" }).click();
  const found = answers.filter(({ tokens }) => tokens.some((token) => bandOf("rank", token) === 0));
  expect(found.length).toBeGreaterThan(0);
  expect(found.length).toBeLessThan(22);
  await expect(page.getByText(`${found.length} of 22 sequences`)).toBeVisible();
  await expect.poll(async () => (await listed(page)).slice(0, 3)).toEqual(found.slice(0, 3).map(({ number }) => number));
  await expect(page).toHaveURL(/#colour=rank&band=low$/);
  const box = (await first(page).boundingBox())!;
  const at = (share: number) => box.x + 12 + (box.width - 24) * share;
  await page.mouse.move(at(1 / 20), box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(at(0.6), box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await expect.poll(async () => Number(await first(page).inputValue())).toBeGreaterThan(5);
  // With lists of five no rank is above six: the filter follows the threshold.
  await expect(page.getByText("0 of 22 sequences")).toBeVisible();
});

test("words have the joint probability of their tokens, and each counts once", async ({ page }) => {
  // Letters after letters go on with the word. In one of the answers a word of two tokens stands between others.
  const pairs = (tokens: Token[]) => {
    const goesOn = (at: number) => /^[a-z]+$/.test(tokens[at]?.token ?? "") && /[a-z]$/i.test(tokens[at - 1]?.token ?? "");
    return tokens.flatMap((token, at) => (/^ [A-Za-z]+$/.test(token.token) && goesOn(at + 1) && /^ /.test(tokens[at + 2]?.token ?? "") ? [at] : []));
  };
  const { number, tokens } = answers.find(({ tokens }) => pairs(tokens).length > 0)!;
  const words = pairs(tokens);
  await openSample(page);
  await openCard(page, number);
  await menu(page, "Unit").selectOption("word");
  await expect(page).toHaveURL(new RegExp(`#unit=word&s=${number}$`));
  await expect(page.getByRole("list", { name: "Colours: probability of a word" })).toBeVisible();
  await expect(note(page)).toContainText("joint probability of its tokens");
  await expect.poll(async () => {
    const bands = await painted(page);
    return words.map((at) => [bands.get(at), bands.get(at + 1)]);
  }).toEqual(words.map((at) => {
    const joint = Math.exp(tokens[at].logprob + tokens[at + 1].logprob);
    const band = joint <= 0.33 ? 0 : joint <= 0.66 ? 1 : 2;
    return [band, band];
  }));
  const counted = await legend(page).getByRole("listitem").allInnerTexts();
  const sum = counted.reduce((sum, text) => sum + Number(text.split("·")[1].replace(/\D/g, "")), 0);
  expect(sum).toBeGreaterThan(500);
  expect(sum).toBeLessThan(1108);
  await menu(page, "Unit").selectOption("sentence");
  await expect(note(page)).toContainText("geometric mean");
  await menu(page, "Unit").selectOption("line");
  await expect(page).toHaveURL(new RegExp(`#unit=line&s=${number}$`));
});

test("relative to this text, a tenth of each text is low", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  await menu(page, "Scale").selectOption("relative to this text");
  await expect(page).toHaveURL(/#relative=1&s=1$/);
  await expect(note(page)).toContainText("Relative to this text");
  const { tokens } = answers[0];
  const share = (at: number) => tokens.filter(({ logprob }) => logprob <= tokens[at].logprob).length / tokens.length;
  const expected = whole(tokens).map((at) => (share(at) <= 0.1 ? 0 : share(at) <= 0.3 ? 1 : 2));
  expect(expected.filter((band) => band === 0).length).toBeGreaterThan(3);
  await expect.poll(async () => {
    const bands = await painted(page);
    return whole(tokens).map((at) => bands.get(at));
  }).toEqual(expected);
  await expect(legend(page).getByRole("listitem").first()).toHaveText(/^most doubtful up to 10 % · \d+$/);
  await menu(page, "Scale").selectOption("absolute");
  await expect(page).toHaveURL(/#s=1$/);
  await expect.poll(async () => (await painted(page)).get(0)).toBe(Math.exp(tokens[0].logprob) <= 0.33 ? 0 : Math.exp(tokens[0].logprob) <= 0.66 ? 1 : 2);
});

test("a file without alternatives says so", async ({ page }) => {
  await page.goto("/");
  await choose(page, { name: "bare.jsonl", mimeType: "application/json", buffer: Buffer.from(jsonLines(completion("bare", ["One", " two", " three"]))) });
  await ready(page);
  await menu(page, "Colour by").selectOption("margin");
  await expect(note(page)).toContainText("This file lists no alternatives. Ask the server for top_logprobs");
  await expect(legend(page).getByRole("listitem").last()).toHaveText("no value not in the file · 3");
  await expect(page.locator("article .bm")).toHaveCount(3);
});

/** Runs in the page: presses Stop as soon as it is there, and tells what was being said. */
function stopOnceItReads(): Promise<string> {
  const note = document.querySelector(".legend-note")!;
  const stop = [...document.querySelectorAll<HTMLElement>(".legend-bar button")].find((button) => button.textContent === "Stop")!;
  return new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const said = note.textContent ?? "";
      if (stop.classList.contains("hidden") || !said.includes("Reading")) return;
      watch.disconnect();
      stop.click();
      resolve(said);
    });
    watch.observe(document.querySelector(".legend-bar")!, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

test("reading the alternatives of a large file can be stopped", async ({ page }) => {
  test.setTimeout(180_000);
  const listedOnes = (token: string) => Array.from({ length: 20 }, (_, rank) => ({ token: `${token}${rank}`, logprob: -0.3 - rank, bytes: null }));
  const words = Array.from({ length: 60 }, (_, at) => ` word${at}`);
  const answer = {
    id: "large",
    object: "chat.completion",
    created: 1_733_397_507,
    model: "large",
    choices: [{ index: 0, message: { role: "assistant", content: words.join("") }, finish_reason: "stop", logprobs: { content: words.map((token, at) => ({ token, logprob: -at / 10, bytes: null, top_logprobs: listedOnes(token) })) } }],
  };
  const line = `${JSON.stringify(answer)}\n`;
  const buffer = Buffer.from(line.repeat(Math.ceil(45_000_000 / line.length)));
  await page.goto("/");
  await choose(page, { name: "large.jsonl", mimeType: "application/json", buffer });
  await ready(page);
  // It takes a quarter of a second: the mouse would come too late.
  const stopped = page.evaluate(stopOnceItReads);
  await menu(page, "Colour by").selectOption("rank");
  expect(await stopped).toMatch(/Reading the alternatives: [\d,  ]+ of [\d,  ]+ sequences/);
  await expect(menu(page, "Colour by")).toHaveValue("probability");
  await expect(note(page)).toHaveText("");
  await menu(page, "Colour by").selectOption("rank");
  // What was read stays, the rest follows.
  await expect(note(page)).not.toContainText("Reading", { timeout: 120_000 });
  const all = Math.ceil(45_000_000 / line.length) * 60;
  const counted = await legend(page).getByRole("listitem").allInnerTexts();
  expect(counted.reduce((sum, text) => sum + Number(text.split("·")[1].replace(/\D/g, "")), 0)).toBe(all);
});

test("a strip beside a long text leads to what is doubtful", async ({ page }) => {
  const words = Array.from({ length: 1200 }, (_, at) => ` word${at}`);
  const doubtful = [60, 600, 1140];
  const content = words.map((token, at) => ({ token, logprob: doubtful.includes(at) ? -3 : -0.1, bytes: null, top_logprobs: [] }));
  const long = { object: "chat.completion", model: "long", choices: [{ index: 0, message: { content: words.join("") }, logprobs: { content }, finish_reason: "stop" }] };
  await page.goto("/");
  await choose(page, { name: "long.jsonl", mimeType: "application/json", buffer: Buffer.from(jsonLines(long, completion("short", ["A", " word"]))) });
  await ready(page);
  await openCard(page, 1);
  const strip = page.locator(".risk-marks");
  await expect(strip.locator("i")).toHaveCount(3);
  await strip.scrollIntoViewIfNeeded();
  await picture(page, "risk-strip");
  const box = (await strip.boundingBox())!;
  await strip.click({ position: { x: 5, y: box.height * 0.52 } });
  await expect(page).toHaveURL(/#s=1&t=601$/);
  await expect(token(page, 601)).toBeInViewport();
  await expect(strip).toBeInViewport();
  // Other thresholds, other places: all of it is doubtful now.
  await first(page).fill("95");
  await expect.poll(() => strip.locator("i").count()).toBeGreaterThan(150);
  // A short text needs none.
  await openCard(page, 2);
  await expect(strip).toHaveCount(0);
});

for (const width of [1280, 390]) {
  test(`the modes pass axe at ${width}`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.setViewportSize({ width, height: 900 });
    await openSample(page);
    await openCard(page, 1);
    for (const [name, choice] of [
      ["entropy", async () => menu(page, "Colour by").selectOption("entropy")],
      ["words-relative", async () => {
        await menu(page, "Unit").selectOption("word");
        await menu(page, "Scale").selectOption("relative to this text");
      }],
    ] as const) {
      await choice();
      await expect(note(page)).not.toBeEmpty();
      await expect(legend(page).getByRole("listitem").first()).not.toContainText("…");
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await audit(page);
      }
      await page.emulateMedia({ colorScheme: null });
      await picture(page, `modes-${name}-${width}`);
    }
    await expect(token(page, 1)).toBeVisible();
  });
}
