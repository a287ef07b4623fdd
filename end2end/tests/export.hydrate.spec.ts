// What is looked at, as a file to take away.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { cards, filterField, openCard, openSample, token, wholeText } from "../page";
import { answers, answersWith } from "../sample";

/** Exports as this item of the menu says; gives the name of the file and its text. */
async function exported(page: Page, item: RegExp) {
  await page.getByText("Export", { exact: true }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: item }).click()]);
  await expect(page.getByRole("button", { name: item })).toBeHidden();
  const name = download.suggestedFilename();
  const path = test.info().outputPath(name);
  await download.saveAs(path);
  return { name, path, text: await readFile(path, "utf8") };
}

test("what is listed is saved as CSV, lines, Markdown and a page that opens offline", async ({ page, browser }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const found = answersWith("ocean");
  await expect(cards(page)).toHaveCount(found.length);

  const csv = await exported(page, /^CSV/);
  expect(csv.name).toBe("completions-small.json.csv");
  expect(csv.text.split("\n")[0]).toMatch(/^sequence,source,.*,text$/);
  const lines = await exported(page, /^JSON Lines/);
  const records = lines.text.trim().split("\n").map((line) => JSON.parse(line));
  expect(records.map(({ sequence }) => sequence + 1)).toEqual(found.map(({ number }) => number));
  expect(records[0].tokens.map(({ token }: { token: string }) => token).join("")).toBe(records[0].text);
  expect(records[0].tokens.filter(({ hit }: { hit?: boolean }) => hit).length).toBeGreaterThan(0);
  const summary = await exported(page, /^Markdown summary/);
  expect(summary.text).toContain(`| Number of sentences | ${found.length} |`);
  expect(summary.text).toContain("Of the run only: `ocean`");

  const report = await exported(page, /^HTML/);
  const offline = await browser.newContext({ offline: true });
  const other = await offline.newPage();
  const complaints: string[] = [];
  other.on("console", (message) => complaints.push(message.text()));
  await other.goto(`file://${report.path}`);
  await expect(other.getByRole("heading", { name: "completions-small.json" })).toBeVisible();
  await expect(other.locator("article")).toHaveCount(found.length);
  await expect(other.locator(".hit").first()).toHaveText(/ocean/i);
  const colour = await other.locator("article .b0").first().evaluate((token) => getComputedStyle(token).backgroundColor);
  expect(colour).not.toBe("rgba(0, 0, 0, 0)");
  expect(complaints).toEqual([]);
  await offline.close();
});

/** The text of an SVG as a reader of XML sees it, and what is wrong with it. */
async function drawn(page: Page, svg: string) {
  return page.evaluate((svg) => {
    const read = new DOMParser().parseFromString(svg, "image/svg+xml");
    const pieces = [...read.querySelectorAll("[textLength]")];
    return {
      fault: read.querySelector("parsererror")?.textContent ?? "",
      text: pieces.map((piece) => piece.textContent).join(""),
      words: read.documentElement.textContent ?? "",
      surface: read.querySelector("svg > rect")?.getAttribute("fill"),
    };
  }, svg);
}

test("a text is a picture, with its legend and scale, light and dark", async ({ page }) => {
  await openSample(page);
  await filterField(page).fill("ocean");
  const [first] = answersWith("ocean");
  await expect(cards(page)).toHaveCount(answersWith("ocean").length);
  // Nothing is open: the first one that is listed.
  const svg = await exported(page, /^SVG/);
  expect(svg.name).toBe(`completions-small.json-${first.number}.svg`);
  const light = await drawn(page, svg.text);
  expect(light.fault).toBe("");
  expect(light.text.replaceAll(/\s/g, "")).toBe(first.spelled.replaceAll(/\s/g, ""));
  for (const part of ["probability of a token", "0.33", "0.66", "low · ", `sequence ${first.number}`, "ocean"]) {
    expect(light.words).toContain(part);
  }
  expect(light.surface).toBe("#fcfcfb");
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await drawn(page, (await exported(page, /^SVG/)).text);
  expect(dark.surface).toBe("#14171c");
});

test("a part of a text is selected and saved as lines and as dots", async ({ page }) => {
  await openSample(page);
  await openCard(page, 2);
  const [from, to] = [token(page, 3), token(page, 6)];
  await from.scrollIntoViewIfNeeded();
  const [one, other] = [await from.boundingBox(), await to.boundingBox()];
  await page.mouse.move(one!.x + 1, one!.y + one!.height / 2);
  await page.mouse.down();
  await page.mouse.move(other!.x + other!.width - 1, other!.y + other!.height / 2, { steps: 5 });
  await page.mouse.up();
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    const path = test.info().outputPath(download.suggestedFilename());
    await download.saveAs(path);
    return { name: download.suggestedFilename(), bytes: await readFile(path) };
  };
  await expect(wholeText(page)).toBeVisible();
  const svg = await saved("SVG");
  expect(svg.name).toBe("completions-small.json-2.svg");
  const part = await drawn(page, svg.bytes.toString());
  const tokens = answers[1].tokens.slice(2, 6).map(({ token }) => token);
  expect(part.text).toBe(tokens.join(""));
  expect(part.words).toContain("tokens 3 to 6 of 65");

  const png = await saved("PNG");
  expect(png.name).toBe("completions-small.json-2.png");
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  const size = /width="(\d+)" height="(\d+)"/.exec(svg.bytes.toString())!;
  expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]).toEqual([2 * Number(size[1]), 2 * Number(size[2])]);
  // Something is on it: not one colour all over.
  const colours = await page.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext("2d")!;
    pen.drawImage(image, 0, 0);
    const dots = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
    return new Set(dots).size;
  }, png.bytes.toString("base64"));
  expect(colours).toBeGreaterThan(10);
});
