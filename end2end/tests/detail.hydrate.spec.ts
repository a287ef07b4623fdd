// One sequence in full: text, panel, chart, slider, table.
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines } from "../files";
import { bars, card, choose, figure, openCard, openSample, panel, ready, token, wholeText } from "../page";
import { answers, sig3 } from "../sample";

test("the whole text is there, every character", async ({ page }) => {
  await openSample(page);
  // Among them answers with line breaks, accents, and characters split over tokens.
  const chosen = answers.filter(({ number, text }) => text.includes("\n") || text !== answers[number - 1].spelled || number < 3);
  expect(chosen.some(({ text }) => text.includes("\n"))).toBe(true);
  for (const { number, spelled } of chosen) {
    await openCard(page, number);
    await expect(page.getByRole("button", { name: "Close sequence" })).toHaveCount(1);
    await expect(card(page, number).getByRole("group", { name: /^Text/ })).toBeVisible();
    expect(await wholeText(page).textContent(), `sequence ${number}`).toBe(spelled);
    await card(page, number).getByRole("button", { name: "Close sequence" }).click();
    await expect(wholeText(page)).toHaveCount(0);
  }
});

test("line breaks, tabs and split characters are real", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const words = ["a\n", "\n b", "\tc  ", "d"];
  const record: any = completion("m", words);
  const smile = [...Buffer.from("🙂")];
  for (const bytes of [smile.slice(0, 2), smile.slice(2)]) {
    record.choices[0].logprobs.content.push({ token: "\ufffd", logprob: -1, bytes, top_logprobs: [] });
  }
  record.choices[0].message.content += "🙂";
  await choose(page, inMemory("text.jsonl", jsonLines(record)));
  await ready(page);
  await openCard(page, 1);
  expect(await wholeText(page).textContent()).toBe("a\n\n b\tc  d🙂");
  // Two line breaks are two more lines on the screen.
  const [first, second] = await Promise.all([token(page, 1).boundingBox(), token(page, 4).boundingBox()]);
  expect(second!.y + second!.height).toBeGreaterThan(first!.y + first!.height);
});

test("pointing at a token shows what else the model considered", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  await expect(panel(page)).toContainText("Point at a token");
  const { tokens } = answers[0];
  const { token: text, logprob } = tokens[1];
  await token(page, 2).hover();
  await expect(panel(page).getByRole("heading")).toHaveText(text.replace(" ", "␣"));
  await expect(figure(page, "probability")).toHaveText(sig3(Math.exp(logprob)));
  await expect(figure(page, "surprisal")).toHaveText(`${sig3(-logprob / Math.LN2)} bits`);
  await expect(figure(page, "rank")).toHaveText("1");
  const rows = panel(page).getByRole("table", { name: "Alternatives, best first" }).getByRole("row");
  await expect(rows).toHaveText([/1␣sea written39\.3/, /2␣ocean18\.8/, /3␣vast/, /4␣majestic/, /5␣world/, /something else/]);
  await expect(token(page, 2)).toHaveClass(/look/);

  await page.getByRole("heading", { level: 1 }).hover();
  await expect(panel(page)).toContainText("Point at a token");
});

test("a click pins a token, and the address knows", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  await token(page, 3).click();
  await expect(token(page, 3)).toHaveClass(/pin/);
  await expect(page).toHaveURL(/#s=1&t=3$/);
  // The pin stays while the pointer looks elsewhere.
  await token(page, 5).hover();
  await expect(panel(page)).toContainText("token 5");
  await page.getByRole("heading", { level: 1 }).hover();
  await expect(panel(page)).toContainText("token 3");

  for (const [key, number] of [["ArrowRight", 4], ["ArrowRight", 5], ["ArrowLeft", 4], ["Home", 1], ["End", 61]] as const) {
    await page.keyboard.press(key);
    await expect(panel(page), key).toContainText(`token ${number}`);
    await expect(token(page, number)).toHaveClass(/pin/);
  }
  await expect(token(page, 61)).toBeInViewport();
  await expect(page).toHaveURL(/#s=1&t=61$/);
  await page.keyboard.press("Escape");
  await expect(wholeText(page).locator(".pin")).toHaveCount(0);
  await expect(page).toHaveURL(/#s=1$/);

  await token(page, 3).click();
  await panel(page).getByRole("button", { name: "Unpin" }).click();
  await expect(wholeText(page).locator(".pin")).toHaveCount(0);
  await expect(page).toHaveURL(/#s=1$/);
});

test("the weakest token is one click away", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  const { tokens } = answers[0];
  const weakest = tokens.reduce((low, { logprob }, at) => (logprob < tokens[low].logprob ? at : low), 0);
  const fact = page.getByRole("listitem").filter({ hasText: /^Weakest token:/ });
  await fact.getByRole("button").click();
  await expect(token(page, weakest + 1)).toHaveClass(/pin/);
  await expect(panel(page)).toContainText(`token ${weakest + 1}`);
});

test("the chart and the text are linked both ways", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  const chart = page.getByRole("figure");
  await expect(chart.getByText("Probability of each token, tokens 1 to 24 of 61")).toBeVisible();
  await expect(chart.getByRole("img", { name: /^24 bars; the lowest is .* at token/ })).toBeVisible();
  await expect(bars(page)).toHaveCount(24);
  // The bars are drawn, not only the places where one can touch them.
  expect(await chart.getByRole("img").locator("rect").count()).toBeGreaterThanOrEqual(24);

  await bars(page).nth(4).hover();
  await expect(token(page, 5)).toHaveClass(/look/);
  await expect(panel(page)).toContainText("token 5");
  await bars(page).nth(4).click();
  await expect(token(page, 5)).toHaveClass(/pin/);
  await expect(page).toHaveURL(/t=5$/);

  // A token outside of the window brings the window along.
  await token(page, 50).click();
  await expect(bars(page).and(chart.locator('[data-i="49"]'))).toHaveCount(1);
  await expect(bars(page)).toHaveCount(24);

  await chart.getByText("Show as table").click();
  const rows = chart.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(25);
  const { token: text, logprob } = answers[0].tokens[49];
  const row = rows.filter({ has: page.getByRole("cell", { name: "50", exact: true }) });
  await expect(row.getByRole("rowheader")).toHaveText(text.replace(" ", "␣"));
  await expect(row).toContainText(sig3(Math.exp(logprob)));
});

test("the window moves by keyboard and by pointer", async ({ page }) => {
  await openSample(page);
  await openCard(page, 1);
  const chart = page.getByRole("figure");
  const [start, end] = ["First token of the window", "Last token of the window"].map((name) => chart.getByRole("slider", { name }));
  const expectWindow = (from: number, to: number) =>
    expect(chart.getByText(`Probability of each token, tokens ${from} to ${to} of 61`)).toBeVisible();
  await end.focus();
  for (const [key, from, to] of [
    ["ArrowRight", 1, 25],
    ["PageUp", 1, 35],
    ["ArrowLeft", 1, 34],
    ["End", 1, 61],
    ["Home", 1, 4],
  ] as const) {
    await page.keyboard.press(key);
    await expectWindow(from, to);
    await expect(end).toHaveAttribute("aria-valuenow", `${to}`);
  }
  await page.keyboard.press("Shift+ArrowRight");
  await expectWindow(2, 5);
  await page.keyboard.press("Shift+End");
  await expectWindow(58, 61);
  await start.focus();
  await page.keyboard.press("PageDown");
  await expectWindow(48, 61);
  await expect(start).toHaveAttribute("aria-valuenow", "48");
  await expect(bars(page)).toHaveCount(14);

  // Pulled to the left by its middle.
  await chart.scrollIntoViewIfNeeded();
  const [left, right] = await Promise.all([start.boundingBox(), end.boundingBox()]);
  const y = left!.y + left!.height / 2;
  await page.mouse.move((left!.x + right!.x + right!.width) / 2, y);
  await page.mouse.down();
  await page.mouse.move(0, y, { steps: 5 });
  await page.mouse.up();
  await expectWindow(1, 14);
});

test("back closes the sequence that was opened last", async ({ page }) => {
  await openSample(page);
  await openCard(page, 2);
  await expect(page).toHaveURL(/#s=2$/);
  await page.goBack();
  await expect(wholeText(page)).toHaveCount(0);
  await page.goForward();
  await expect(wholeText(page)).toContainText(answers[1].text.slice(0, 30));
});

test("the tokens of the prompt are there, apart from the answer", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const echo = {
    id: "cmpl-1",
    object: "text_completion",
    model: "m",
    prompt: "Say hi",
    choices: [{ index: 0, text: "Say hi there", finish_reason: "stop", logprobs: { tokens: ["Say", " hi", " there"], token_logprobs: [null, -2, -0.5] } }],
  };
  await choose(page, inMemory("echo.json", JSON.stringify(echo)));
  await ready(page);
  await openCard(page, 1);
  await expect(wholeText(page)).toHaveText(" there");
  const prompt = page.getByRole("group").filter({ hasText: "Prompt, 2 tokens (not scored)" });
  await expect(prompt.getByText("Say hi", { exact: true })).toBeHidden();
  await prompt.getByText("Prompt, 2 tokens (not scored)").click();
  await expect(prompt.locator("p")).toHaveText("Say hi");
  await expect(prompt.locator("p")).toBeVisible();
});
