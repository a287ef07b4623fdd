// Several files as one run: chosen, dropped, or those of a folder; and files that change under the page.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures";
import { completion, inMemory, jsonLines, severalOdd, withFolder } from "../files";
import { board, card, cards, chip, choose, fileMenu, found, listed, openCard, ready, report, token, panel, wholeText } from "../page";

const A = jsonLines(completion("m", ["first", " of a"]), completion("m", ["second", " of a"]));
const B = jsonLines(completion("m", ["first", " of b"]));
const C = JSON.stringify(completion("n", ["only", " one of c"]));

async function start(page: Page) {
  await page.goto("/");
  await hydrated(page);
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name, exact: true });

test("files chosen together are one run, in the order of their names", async ({ page }) => {
  await start(page);
  await choose(page, [inMemory("c.json", C), inMemory("a.jsonl", A), inMemory("b.jsonl", B)]);
  await ready(page);
  await expect(heading(page, "3 files")).toBeVisible();
  await expect(board(page, "Number of sentences").getByText("4", { exact: true })).toBeVisible();
  for (const [number, file] of ["a.jsonl", "a.jsonl", "b.jsonl", "c.json"].entries()) {
    await expect(chip(card(page, number + 1), "File")).toHaveText(file);
  }

  await expect(fileMenu(page).getByRole("option")).toHaveText(["all", "a.jsonl", "b.jsonl", "c.json"]);
  await fileMenu(page).selectOption("b.jsonl");
  await expect(page.getByText("1 of 4 sequences")).toBeVisible();
  expect(await listed(page)).toEqual([3]);
  await expect(page).toHaveURL(/#source=b\.jsonl$/);
  // Each record is read again from its own file.
  await openCard(page, 3);
  await expect(wholeText(page)).toHaveText("first of b");
  await token(page, 2).click();
  await expect(panel(page)).toContainText("␣of b");
  await page.getByRole("button", { name: "Clear" }).click();
  await card(page, 3).getByRole("button", { name: "Close sequence" }).click();
  await openCard(page, 4);
  await expect(wholeText(page)).toHaveText("only one of c");

  await expect(page.getByRole("button", { name: "Store" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Store" })).toHaveAccessibleDescription(/pack these into a zip/);
  // One file opened after them can be stored again, and has no menu of files.
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await choose(page, inMemory("a.jsonl", A));
  await ready(page);
  await expect(page.getByRole("button", { name: "Store" })).toBeEnabled();
  await expect(fileMenu(page)).toHaveCount(0);
  await expect(card(page, 1)).not.toContainText("a.jsonl");
});

test("files dropped together are one run", async ({ page }) => {
  await start(page);
  const dropped = await page.evaluateHandle((texts) => {
    const data = new DataTransfer();
    texts.forEach((text, at) => data.items.add(new File([text], `${9 - at}.jsonl`)));
    return data;
  }, [A, B]);
  await page.dispatchEvent("main", "drop", { dataTransfer: dropped });
  await ready(page);
  await expect(heading(page, "2 files")).toBeVisible();
  await expect(card(page, 1)).toContainText("first of b");
  await expect(cards(page)).toHaveCount(3);
});

const FOLDER = {
  "b.jsonl": B,
  "a/deep/c.json": C,
  "a/a.jsonl": A,
  "picture.png": "not read",
  ".hidden.jsonl": B,
  ".git/config.json": C,
};

async function expectFolder(page: Page) {
  await ready(page);
  await expect(heading(page, "answers")).toBeVisible();
  await expect(cards(page)).toHaveCount(4);
  for (const [number, file] of ["a/a.jsonl", "a/a.jsonl", "a/deep/c.json", "b.jsonl"].entries()) {
    await expect(chip(card(page, number + 1), "File")).toHaveText(file);
  }
  await expect(page.getByText("1 other file of the folder was left out: its name is not that of completions.")).toBeVisible();
  await openCard(page, 3);
  await expect(wholeText(page)).toHaveText("only one of c");
}

test("a folder that was picked is one run", async ({ page }) => {
  await withFolder(FOLDER, async (folder) => {
    await start(page);
    await page.getByLabel("Open a folder").setInputFiles(folder);
    await expectFolder(page);
  });
});

/** A real drop of paths: made-up drops have no folders. */
async function drop(page: Page, files: string[]) {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await browser.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  }
}

test("a folder that was dropped is one run", async ({ page }) => {
  await withFolder(FOLDER, async (folder) => {
    await start(page);
    await drop(page, [folder]);
    await expectFolder(page);
  });
});

test("a folder and a file beside it are one run; the file may have any name", async ({ page }) => {
  await withFolder({ "in/a.jsonl": A, "in/x.dat": B, "x.dat": B }, async (folder) => {
    await start(page);
    await drop(page, [path.join(folder, "in"), path.join(folder, "x.dat")]);
    await ready(page);
    await expect(heading(page, "2 files")).toBeVisible();
    await expect(chip(card(page, 1), "File")).toHaveText("in/a.jsonl");
    await expect(chip(card(page, 3), "File")).toHaveText("x.dat");
  });
});

test("a folder without completions says what would be read", async ({ page }) => {
  await withFolder({ "a.png": "x", "b.html": "y" }, async (folder) => {
    await start(page);
    await drop(page, [folder]);
    await expect(page.getByRole("alert")).toContainText("No file of this folder has a name that completions have.");
    await expect(page.getByRole("alert")).toContainText("jsonl");
  });
});

test("the report names the file of each place, and leads to the sequence", async ({ page }) => {
  await start(page);
  await choose(page, severalOdd());
  await ready(page);
  await page.getByText("Import report:").focus();
  await page.keyboard.press("Enter");
  await expect(found(page, "Detected")).toContainText("JSON lines, ");
  await expect(found(page, "Files")).toHaveText("2");
  const problem = (code: string) => report(page).getByRole("listitem").filter({ has: page.getByText(code, { exact: true }) });
  // What is wrong there is said once, in the sentence.
  await expect(problem("file_cut_off")).toContainText(/^Not read.*the last whole record ends at byte.*answers-of-the-first-model\.jsonl: record 3, line 3, byte [\d\u2009]+$/);
  await expect(problem("truncated_by_length")).toContainText("second.jsonl: record 2, line 2");
  // Many places are folded; both open by keyboard.
  await problem("censored").getByText("4 places").focus();
  await page.keyboard.press("Enter");
  await expect(problem("censored").getByRole("link")).toHaveCount(4);
  await problem("censored").getByRole("link", { name: "sequence 5" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#s=5$/);
  await expect(wholeText(page)).toHaveText("abc");
});

test("a file that changes on disk is not mistaken for what was read", async ({ page }) => {
  await withFolder({ "a.jsonl": A, "b.jsonl": B }, async (folder) => {
    await start(page);
    await choose(page, [path.join(folder, "a.jsonl"), path.join(folder, "b.jsonl")]);
    await ready(page);
    writeFileSync(path.join(folder, "b.jsonl"), jsonLines(completion("m", ["something", " else, and longer"])));
    await card(page, 3).getByRole("button", { name: "Open sequence" }).click();
    await expect(card(page, 3).getByRole("alert")).toContainText(/b\.jsonl.* changed.*Open it again\./);
    await card(page, 3).getByRole("button", { name: "Close sequence" }).click();
    // The other file is as it was.
    await openCard(page, 2);
    await expect(wholeText(page)).toHaveText("second of a");
  });
});
