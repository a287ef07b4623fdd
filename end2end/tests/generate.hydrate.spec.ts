// The page on which models write, with a tiny model that writes nonsense at once.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { audit, expect, hydrated, picture, test } from "../fixtures";
import { filterField } from "../page";

async function open(page: Page) {
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("link", { name: "Generate", exact: true }).click();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("tiny");
}

const answer = (page: Page, number: number) => page.getByRole("article").filter({ has: page.getByRole("heading", { name: `Answer ${number}`, exact: true }) });
const text = (page: Page, number: number) => answer(page, number).getByRole("group");
const choices = (page: Page) => page.getByRole("region", { name: "Alternatives" });
const phase = (page: Page) => page.locator(".studio-phase");
const values = (page: Page) => page.getByLabel("Parameters and their values");

async function tell(page: Page, name: string, value: string) {
  const field = page.getByLabel(name, { exact: true });
  if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
  else await field.fill(value);
}

async function write(page: Page, prompt: string) {
  await page.getByLabel("A text to go on with").check();
  await page.getByLabel("Text", { exact: true }).fill(prompt);
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await expect(phase(page)).toHaveText("Done.");
}

test("a model writes, and every token can be exchanged", async ({ page }) => {
  await open(page);
  await audit(page);
  await tell(page, "max_new_tokens", "8");
  await write(page, "the sea");
  await expect(page.locator(".studio-speed")).toContainText("tokens");
  const before = await text(page, 1).innerText();
  await text(page, 1).locator("[data-i]").nth(2).click();
  await expect(choices(page).getByRole("heading")).toContainText("Token 3");
  const others = choices(page).getByRole("listitem");
  await expect(others).toHaveCount(10);
  await audit(page);
  await choices(page).getByRole("listitem").nth(3).getByRole("button").click();
  await expect(phase(page)).toHaveText("Done.");
  await expect(text(page, 2)).not.toHaveText(before);
  const start = (value: string) => [...value].slice(0, 2).join("");
  expect(start(await text(page, 2).innerText())).toBe(start(before));
  await expect(page.getByRole("button", { name: /^Answer 2: as answer 1, but “.*” at token 3/ })).toHaveAttribute("aria-pressed", "true");
  // Hidden answers are kept.
  await answer(page, 1).getByRole("button", { name: "Hide" }).click();
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.getByRole("button", { name: /^Answer 1 · / }).click();
  await expect(page.getByRole("article")).toHaveCount(2);
  // Both ways are a run like any other.
  await page.getByRole("button", { name: "Store as a run" }).click();
  await page.getByRole("link", { name: "Open it as a run" }).click();
  await page.waitForURL(/\/runs\/\w+$/);
  await expect(page.getByRole("article", { name: "Sequence 2", exact: true })).toBeVisible();
  // Back again, the page begins anew.
  await page.getByRole("link", { name: "Generate", exact: true }).click();
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("tiny");
});

test("a text is edited and gone on with, by keyboard", async ({ page }) => {
  await open(page);
  await tell(page, "max_new_tokens", "5");
  await write(page, "the sea");
  await answer(page, 1).getByRole("button", { name: "Edit" }).click();
  const field = answer(page, 1).getByLabel("Edit the text, and go on from there");
  await field.fill("and the sea of it");
  await answer(page, 1).getByRole("button", { name: "Go on from the edited text" }).click();
  await expect(phase(page)).toHaveText("Done.");
  await expect(text(page, 2)).toContainText(/^and the/);
  await text(page, 1).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(choices(page).getByRole("heading")).toContainText("Token 2");
  await page.keyboard.press("Enter");
  await expect(choices(page).getByRole("button").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(phase(page)).toHaveText("Done.");
  await expect(answer(page, 3)).toBeVisible();
});

test("parameters say what they do, what is wrong, and why they do nothing", async ({ page }) => {
  await open(page);
  const temperature = page.getByLabel("temperature", { exact: true });
  await expect(temperature).toHaveAccessibleDescription(/has no effect without do_sample/);
  await page.getByRole("button", { name: "Balanced" }).click();
  await expect(temperature).toHaveValue("0.7");
  await expect(temperature).toHaveAccessibleDescription(/^Below 1 likely tokens/);
  await temperature.fill("warm");
  await expect(temperature).toHaveAccessibleDescription("temperature is warm; it must be a number from 0 on");
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await expect(phase(page)).toHaveText("temperature is warm; it must be a number from 0 on");
  await page.getByText("The prompt as the model reads it").click();
  await expect(page.getByRole("group", { name: "Rendered prompt" })).toBeVisible();
});

test("several answers, beams, and a chat", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "As the model is" }).click();
  await tell(page, "num_return_sequences", "3");
  await tell(page, "max_new_tokens", "8");
  await write(page, "the sea");
  await expect(page.getByRole("article")).toHaveCount(3);
  await page.getByRole("button", { name: "Beams", exact: true }).click();
  await write(page, "the sea");
  await expect(page.getByRole("article")).toHaveCount(2);
  const tree = page.getByRole("group", { name: "Tree of beams" });
  await expect(tree.getByText("given up").first()).toBeVisible();
  await expect(tree.getByText("complete").first()).toBeVisible();
  await audit(page);
  await page.getByLabel("A message in a chat").check();
  await page.getByLabel("Your message").fill("hi");
  await page.getByText("The prompt as the model reads it").click();
  await expect(page.getByRole("group", { name: "Rendered prompt" })).toContainText("u hi");
});

test("a search by beams is branched from, and what lost can be gone on with", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Beams", exact: true }).click();
  await tell(page, "max_new_tokens", "6");
  await write(page, "the sea");
  const answers = page.getByRole("article");
  const before = await answers.count();
  const trees = page.getByRole("group", { name: /^Tree of beams/ });
  await text(page, 1).locator("[data-i]").nth(2).click();
  await choices(page).getByRole("listitem").nth(2).getByRole("button").click();
  await expect(phase(page)).toHaveText("Done.");
  // The branch is a search of its own; the first tree stays, with what lost.
  await expect(trees).toHaveCount(2);
  await expect(page.getByRole("group", { name: "Tree of beams of Answer 1, behind token 2" })).toContainText("given up");
  await expect(trees.first().getByText("given up").first()).toBeVisible();
  const lost = trees.first().getByRole("listitem").filter({ hasText: "given up" }).last().getByRole("button").last();
  const way = (await lost.innerText()).trim();
  await lost.click();
  await expect(phase(page)).toHaveText("Done.");
  await expect(answers).toHaveCount(before + 2);
  await expect(text(page, before + 2)).toContainText(way);
  await audit(page);
});

test.describe("a sweep", () => {
  const sweep = (page: Page) => page.locator(".studio-sweep");
  const figures = (page: Page) => page.getByRole("group", { name: "Figures of the points" });

  async function plan(page: Page) {
    await tell(page, "do_sample", "true");
    await tell(page, "num_return_sequences", "2");
    await tell(page, "max_new_tokens", "6");
    await tell(page, "seed", "7");
    await page.getByLabel("A text to go on with").check();
    await page.getByLabel("Text", { exact: true }).fill("the sea");
    await page.locator(".studio-sweep > summary").click();
    await page.getByText("The same as text").click();
    await values(page).fill("temperature = 0.2, 0.7, 1.5");
    await expect(sweep(page).getByRole("status")).toHaveText("3 points × 1 prompt: 6 answers.");
    await values(page).fill("temperature = 0.2, 0.7, 1.5\ntop-k=5,0\n");
    const lines = '"the sea"\n\n{"prompt":"the sand","id":3}\n';
    await sweep(page).getByLabel("Open prompts").setInputFiles({ name: "p.jsonl", mimeType: "text/plain", buffer: Buffer.from(lines) });
    await expect(sweep(page).getByRole("status")).toHaveText("6 points × 2 prompts: 24 answers.");
  }

  test("answers prompts over a grid, as one run", async ({ page }) => {
    await open(page);
    await plan(page);
    await audit(page);
    await sweep(page).getByRole("button", { name: "Start the sweep" }).click();
    await expect(phase(page)).toHaveText("Done.");
    await expect(page.getByText("12 of 12 requests are answered.")).toBeVisible();
    const rows = figures(page).getByRole("row");
    await expect(rows).toHaveCount(7);
    await expect(rows.nth(1).getByRole("rowheader")).toHaveText("temperature=0.2 top_k=5");
    await expect(rows.nth(1).getByRole("cell").first()).toHaveText("4");
    await expect(rows.nth(0).getByRole("columnheader")).toContainText(["point", "answers", "tokens", "perplexity", "probability", "distinct-1"]);
    // The first answers of the first point part from nothing, those of the others from them.
    await expect(rows.nth(1).getByRole("cell").last()).toHaveText("—");
    await expect(rows.nth(6).getByRole("cell").last()).not.toHaveText("—");
    await audit(page);
    await picture(page, "generate-sweep");
    await page.getByRole("button", { name: "Store as a run" }).click();
    await page.getByRole("link", { name: "Open it as a run" }).click();
    await page.waitForURL(/\/runs\/\w+$/);
    await expect(page.getByRole("article", { name: "Sequence 1", exact: true })).toBeVisible();
    await expect(page.getByText("24", { exact: true }).first()).toBeVisible();
  });

  test("opens in this browser, with its points as labels", async ({ page }) => {
    await open(page);
    await plan(page);
    await sweep(page).getByRole("button", { name: "Start the sweep" }).click();
    await expect(phase(page)).toHaveText("Done.");
    await page.getByRole("button", { name: "Look at it as a run" }).click();
    await page.waitForURL(/\/local/);
    await filterField(page).fill('label:"temperature=1.5 top_k=0"');
    await expect(page.getByText("4 of 24 sequences")).toBeVisible();
  });

  test("has a field for each parameter, and the same as a text", async ({ page }) => {
    await open(page);
    await plan(page);
    // What was typed has its fields, and what fields are told is typed.
    await expect(page.getByLabel("Values of top_k")).toHaveValue("5,0");
    const add = page.getByLabel("Sweep a parameter");
    await expect(add.locator("option", { hasText: /^temperature$/ })).toHaveCount(0);
    await add.selectOption("top_p");
    const field = page.getByLabel("Values of top_p");
    await expect(field).toHaveAccessibleDescription("Values with commas between them, each a number from 0 to 1.");
    await field.fill("0.9, 2");
    await expect(field).toHaveAccessibleDescription("top_p is 2; it must be a number from 0 to 1");
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(sweep(page).getByRole("button", { name: "Start the sweep" })).toBeDisabled();
    await field.fill("0.9");
    await expect(values(page)).toHaveValue("temperature = 0.2, 0.7, 1.5\ntop-k=5,0\ntop_p = 0.9\n");
    await page.getByRole("button", { name: "Do not sweep temperature" }).click();
    await expect(page.getByLabel("Values of temperature")).toHaveCount(0);
    await expect(sweep(page).getByRole("status")).toHaveText("2 points × 2 prompts: 8 answers.");
    await audit(page);
    await picture(page, "generate-sweep-form");
    await sweep(page).getByRole("button", { name: "Start the sweep" }).click();
    await expect(phase(page)).toHaveText("Done.");
    // A value that all points have is said once.
    await expect(figures(page).getByText("All points: top_p=0.9")).toBeVisible();
    await expect(figures(page).getByRole("rowheader")).toHaveText(["top_k=5", "top_k=0"]);
  });

  test("says what is wrong before it starts, and keeps what is there when it is stopped", async ({ page }) => {
    await open(page);
    await plan(page);
    const start = sweep(page).getByRole("button", { name: "Start the sweep" });
    await values(page).fill("temperature = 0.2, warm");
    await expect(sweep(page).getByRole("status")).toHaveText("temperature is warm; it must be a number from 0 on");
    await expect(start).toBeDisabled();
    await values(page).fill("temperature = 0.2, 1\ntop_k=5,0");
    let asked = 0;
    // The third request is not answered.
    await page.route("**/api/generate", (route) => (++asked > 2 ? undefined : route.continue()));
    await start.click();
    await expect(page.getByText(/^3 of 8: /)).toBeVisible();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(phase(page)).toHaveText("Stopped. What was written stays.");
    await expect(figures(page).getByRole("row")).toHaveCount(2);
    await expect(page.getByRole("button", { name: "Store as a run" })).toBeVisible();
  });
});

test("a run's text is gone on with, or scored, as its address says", async ({ page }) => {
  await page.goto("/generate#model=tiny&prompt=the%20sea&text=%20and%20the");
  await hydrated(page);
  await expect(phase(page)).toHaveText("Done.");
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue("the sea");
  await expect(text(page, 1)).toContainText(/^ and the./);
  await page.goto("/");
  await page.goto("/generate#score=the%20sea%20and%20the%20sand");
  await hydrated(page);
  await expect(page.getByText("Cross entropy per byte")).toBeVisible();
  await expect(text(page, 1)).toHaveText("the sea and the sand");
});

test("a chat of a run is gone on with, and a text is judged under settings", async ({ page }) => {
  const messages = [{ role: "system", content: "be kind" }, { role: "user", content: "hi" }, { role: "assistant", content: "the sea" }, { role: "user", content: [{ type: "text", text: "and" }] }];
  await page.goto(`/generate#model=tiny&messages=${encodeURIComponent(JSON.stringify(messages))}&text=${encodeURIComponent(" the")}`);
  await hydrated(page);
  await expect(phase(page)).toHaveText("Done.");
  await expect(page.getByLabel("Your message")).toHaveValue("and");
  await expect(page.getByLabel("System message")).toHaveValue("be kind");
  await expect(page.getByText("2 messages of the conversation before.")).toBeVisible();
  await page.getByText("The prompt as the model reads it").click();
  await expect(page.getByRole("group", { name: "Rendered prompt" })).toContainText(/hi[^]*the sea[^]*and/);
  await expect(text(page, 1)).toContainText(/^ the/);
  await page.goto("/");
  await page.goto("/generate#model=tiny&score=the%20sea%20and&do_sample=true&temperature=0.7&top_k=0&top_p=0.9&min_p=0");
  await hydrated(page);
  await expect(page.getByText("Perplexity under the settings")).toBeVisible();
  await expect(page.getByLabel("top_p", { exact: true })).toHaveValue("0.9");
  await text(page, 1).locator("[data-i]").nth(3).click();
  await expect(choices(page)).toContainText(/under the settings .* of \d+ tokens?, entropy .* bits, exact|cut off by the settings, which leave \d+ token/);
});

test("an own text is scored, and gone on with", async ({ page }) => {
  await open(page);
  await page.getByText("Score my text").click();
  await page.getByLabel("Text to score").fill("the sea and the sand");
  await page.getByRole("button", { name: "Score", exact: true }).click();
  await expect(page.getByText("Cross entropy per byte")).toBeVisible();
  await expect(text(page, 1)).toHaveText("the sea and the sand");
  await text(page, 1).locator("[data-i]").nth(4).click();
  await expect(choices(page)).toContainText("exact");
  await answer(page, 1).getByRole("button", { name: "Go on" }).click();
  await expect(text(page, 2)).toContainText(/^the sea and the sand/);
});

test("what was written before a failure stays", async ({ page }) => {
  await open(page);
  await page.getByText("More parameters").click();
  await tell(page, "max_new_tokens", "16000");
  await tell(page, "min_new_tokens", "16000");
  await page.getByLabel("A text to go on with").check();
  await page.getByLabel("Text", { exact: true }).fill("the sea");
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  // The model has 64 positions: it ends there, and says so; what it wrote is there.
  await expect(phase(page)).toContainText("The model has 64 positions");
  await expect(text(page, 1)).not.toBeEmpty();
  // Saved, it says that it broke off, who wrote it, and how long it took.
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a file" }).click();
  const record = JSON.parse(await readFile(await (await saved).path(), "utf8"));
  expect(record.interrupted).toContain("The model has 64 positions");
  expect(record).toMatchObject({ model: "tiny", engine: { architecture: "gpt2" }, parameters: { max_new_tokens: 16000 } });
  expect(record.timings.prompt_ms).toBeGreaterThan(0);
});

test("what a served model cannot be told, leaves out or breaks off is said", async ({ page }) => {
  const models = [{ id: "there/m", local: false, eos_token_id: [], chat: true, texts: true, encoder_decoder: false }, { id: "gone/", local: false, error: "the server does not answer" }];
  await page.route("**/api/models", (route) => route.fulfill({ json: { models } }));
  await page.goto("/generate");
  await hydrated(page);
  await expect(page.getByLabel("Model", { exact: true })).toHaveValue("there/m");
  await expect(page.getByRole("option", { name: "gone/ the server does not answer" })).toBeDisabled();
  // It draws unless it is told not to; what the protocol has no word for is grey.
  await expect(page.getByLabel("temperature", { exact: true })).toHaveAccessibleDescription(/^Below 1 likely tokens/);
  await expect(page.getByLabel("num_beams", { exact: true })).toHaveAccessibleDescription("num_beams: the protocol has no word for it; leave it out, or take a model of this machine.");
  const events = [
    { event: "prompt", model: "there/m", engine: { name: "there" }, text: "the sea", tokens: [], prefix_tokens: 0, parameters: {}, without_effect: [] },
    { event: "token", sequence: 0, token: { token: " a", logprob: -1 } },
    { event: "done", record: { model: "m", interrupted: "the connection broke", choices: [{ index: 0, text: " a", finish_reason: null }] }, timings: {} },
  ];
  const body = events.map((event) => `event: ${event.event}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  await page.route("**/api/generate", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  await page.getByLabel("A text to go on with").check();
  await page.getByLabel("Text", { exact: true }).fill("the sea");
  await tell(page, "do_sample", "true");
  await tell(page, "num_return_sequences", "2");
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await expect(phase(page)).toHaveText("The answer breaks off: the connection broke. What had arrived is here; go on from its end.");
  await expect(page.locator(".studio-speed")).toContainText(/^1 token /);
  await expect(answer(page, 1)).toContainText("the connection broke");
  await expect(text(page, 1)).toHaveText(" a");
  await expect(answer(page, 2)).toContainText("the server gave no answer here");
});

test("one can stop, whatever the server does", async ({ page }) => {
  await open(page);
  await page.route("**/api/generate", () => {});
  await page.getByLabel("A text to go on with").check();
  await page.getByLabel("Text", { exact: true }).fill("the sea");
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await expect(phase(page)).toHaveText("The model reads the prompt …");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(phase(page)).toHaveText("Stopped. What was written stays.");
  await expect(page.getByRole("button", { name: "Generate", exact: true })).toBeEnabled();
});

for (const width of [1280, 390]) {
  test(`pictures, ${width} wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await open(page);
    await picture(page, `generate-empty-${width}`);
    await tell(page, "num_return_sequences", "2");
    await tell(page, "do_sample", "true");
    await tell(page, "max_new_tokens", "30");
    await write(page, "the sea");
    await text(page, 1).locator("[data-i]").first().click();
    await choices(page).getByRole("listitem").nth(3).getByRole("button").click();
    await expect(phase(page)).toHaveText("Done.");
    await text(page, 1).locator("[data-i]").first().click();
    await picture(page, `generate-${width}`);
    await page.getByRole("button", { name: "Beams", exact: true }).click();
    await tell(page, "max_new_tokens", "8");
    await write(page, "the sea");
    await picture(page, `generate-beams-${width}`);
    await page.locator(".studio-sweep > summary").click();
    await page.getByLabel("Sweep a parameter").selectOption("temperature");
    await page.getByLabel("Values of temperature").fill("0.2, 0.7, 1");
    await tell(page, "num_beams", "");
    await tell(page, "num_return_sequences", "2");
    await tell(page, "do_sample", "true");
    await page.getByRole("button", { name: "Start the sweep" }).click();
    await expect(phase(page)).toHaveText("Done.");
    await picture(page, `generate-sweep-${width}`);
  });
}

test.describe("a model from one's own disk", () => {
  const vectors = (name: string) => path.join(__dirname, "../../crates/decoding/tests/vectors/tiny_gpt2", name);
  const tokenizer = (name: string) => path.join(__dirname, "../model", name);
  const files = [vectors("config.json"), vectors("model.safetensors"), tokenizer("tokenizer.json"), tokenizer("tokenizer_config.json")];
  const OWN = "model (this browser)";
  const pick = (page: Page, list: string[]) => page.getByLabel("Open a model from your disk").setInputFiles(list);

  test("writes the same in the browser, and nothing leaves it", async ({ page }) => {
    await open(page);
    await tell(page, "max_new_tokens", "8");
    await write(page, "the sea");
    const expected = await text(page, 1).innerText();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET") asked.push(request.url());
    });
    await pick(page, files);
    await expect(page.getByLabel("Model", { exact: true })).toHaveValue(OWN, { timeout: 20_000 });
    await audit(page);
    await write(page, "the sea");
    expect(await text(page, 1).innerText()).toBe(expected);
    // The same alternatives, and going on from another one.
    await text(page, 1).locator("[data-i]").nth(2).click();
    await expect(choices(page).getByRole("listitem")).toHaveCount(10);
    await choices(page).getByRole("listitem").nth(3).getByRole("button").click();
    await expect(phase(page)).toHaveText("Done.");
    await expect(answer(page, 2)).toBeVisible();
    // A sweep, too.
    await page.locator(".studio-sweep > summary").click();
    await page.getByLabel("Sweep a parameter").selectOption("temperature");
    await page.getByLabel("Values of temperature").fill("0.5, 1");
    await page.getByRole("button", { name: "Start the sweep" }).click();
    await expect(page.getByText("2 of 2 requests are answered.")).toBeVisible();
    // Beams, as the server has them.
    await tell(page, "num_beams", "3");
    await write(page, "the sea");
    const beams = await text(page, 1).innerText();
    await page.getByLabel("Model", { exact: true }).selectOption("tiny");
    expect(asked).toEqual([]);
    await write(page, "the sea");
    expect(await text(page, 1).innerText()).toBe(beams);
  });

  test("judges a text, and can be stopped", async ({ page }) => {
    await open(page);
    await pick(page, files);
    await expect(page.getByLabel("Model", { exact: true })).toHaveValue(OWN, { timeout: 20_000 });
    await page.getByText("Score my text", { exact: true }).click();
    await page.getByLabel("Text to score").fill("the sea and the sea");
    await page.getByRole("button", { name: "Score", exact: true }).click();
    await expect(phase(page)).toHaveText("Done.");
    await expect(page.getByText("Perplexity", { exact: true })).toBeVisible();
    // The model is too small for a person to be in time: stopped as soon as it was asked, and before.
    for (const early of [false, true]) {
      const became = await page.evaluate(async (early) => {
        const { surprisal_own } = globalThis as unknown as { surprisal_own: { ask(...question: unknown[]): Promise<Response> } };
        const control = new AbortController();
        if (early) control.abort();
        const body = JSON.stringify({ prompt: "the sea", parameters: { max_new_tokens: 40 } });
        const asked = surprisal_own.ask(false, body, control.signal);
        await new Promise((later) => setTimeout(later));
        control.abort();
        const answer = await asked;
        if (answer.status === 499) return "stopped";
        return answer.text().then(
          () => "went on",
          () => "stopped",
        );
      }, early);
      expect(became).toBe("stopped");
    }
    await page.getByLabel("A text to go on with").check();
    // It is there again.
    await tell(page, "max_new_tokens", "4");
    await write(page, "the sea");
  });

  test("says what is wrong before anything is read", async ({ page }) => {
    await open(page);
    const said = page.locator(".studio-model [role=status]");
    await pick(page, [vectors("config.json")]);
    await expect(said).toContainText("what was chosen has no *.safetensors", { timeout: 20_000 });
    await pick(page, [vectors("model.safetensors")]);
    await expect(said).toContainText("what was chosen has no config.json");
    const file = (name: string, text: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
    await page.getByLabel("Open a model from your disk").setInputFiles([file("config.json", '{"model_type":"mamba"}')]);
    await expect(said).toContainText('the architecture "mamba" is not known here');
    await page.getByLabel("Open a model from your disk").setInputFiles([file("model.gguf", "no model")]);
    await expect(said).toContainText("model.gguf is broken: its header is wrong");
    // The server's model is still there.
    await expect(page.getByLabel("Model", { exact: true })).toHaveValue("tiny");
  });
});
