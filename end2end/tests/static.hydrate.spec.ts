// The site as plain files (`cargo xtask dist --static`), on a server that can do nothing but send them, below a path.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { audit, expect, hydrated, test as base } from "../fixtures";
import { cards, expectBoards, filterField, openCard, panel, ready, token, wholeText } from "../page";
import { answersWith, SAMPLE, SAMPLE_BOARDS } from "../sample";

const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

/** Files of a folder below a path; a folder without its slash is led to the one with it, as all hosts do. */
function serve(folder: string, below: string) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = path.join(folder, pathname.slice(below.length));
    const found = pathname.startsWith(below) && file.startsWith(folder) ? statSync(file, { throwIfNoEntry: false }) : undefined;
    if (found?.isDirectory() && !pathname.endsWith("/")) return response.writeHead(301, { location: `${pathname}/` }).end();
    const sent = found?.isDirectory() ? path.join(file, "index.html") : file;
    if (request.method !== "GET" || !found || !statSync(sent, { throwIfNoEntry: false })) return response.writeHead(404).end("not here");
    response.writeHead(200, { "content-type": KINDS[path.extname(sent)] ?? "application/octet-stream" });
    createReadStream(sent).pipe(response);
  });
  return new Promise<{ address: string; stop: () => void }>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({ address: `http://127.0.0.1:${port}${below}/`, stop: () => server.close() });
    });
  });
}

const folder = process.env.STATIC_SITE ?? "";

for (const below of ["", "/docs/surprisal"]) {
  const test = base.extend({
    baseURL: async ({}, use) => {
      const { address, stop } = await serve(folder, below);
      await use(address);
      stop();
    },
  });

  test.describe(`a static site ${below ? "below a path" : "of its own"}`, () => {
    test.skip(!folder, "STATIC_SITE is not set: `cargo xtask test e2e` builds it");

    test("a file is opened, read and taken away", async ({ page, baseURL }) => {
      await page.goto("./");
      await hydrated(page);
      await page.getByRole("link", { name: "Open the sample" }).click();
      await page.waitForURL(`${baseURL}local`);
      await ready(page);
      await expectBoards(page, SAMPLE_BOARDS);
      await audit(page);
      await filterField(page).fill("ocean");
      await expect(cards(page)).toHaveCount(answersWith("ocean").length);
      await openCard(page, answersWith("ocean")[0].number);
      await token(page, 3).click();
      await expect(panel(page)).toContainText("token 3");
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "PNG", exact: true }).click()]);
      expect(download.suggestedFilename()).toMatch(/\.png$/);
      // What needs a server says so.
      await expect(page.getByRole("button", { name: "Store" })).toBeHidden();
      await expect(page.getByText("Nothing can be stored here: this site has no server.")).toBeVisible();
    });

    test("a link with an excerpt leads here, and back after a new start", async ({ page, newPerson, baseURL }) => {
      await page.goto("./");
      await hydrated(page);
      await page.getByLabel("Import Completion").setInputFiles(SAMPLE);
      await ready(page);
      await openCard(page, 2);
      await page.getByRole("button", { name: "As a link" }).click();
      const field = page.getByRole("textbox", { name: "The link" });
      await expect(field).toHaveValue(/excerpt=1\./);
      const address = await field.inputValue();
      expect(address.startsWith(`${baseURL}local#`)).toBe(true);

      const other = await newPerson();
      await other.goto(address);
      await expect(wholeText(other)).toBeVisible();
      await expect(other.getByText("This is an excerpt: 1 answer")).toBeVisible();
      await other.reload();
      await expect(wholeText(other)).toBeVisible();
    });

    test("the pages that need a server say so, and lead back", async ({ page, baseURL }) => {
      await page.goto("./");
      await hydrated(page);
      for (const [link, title] of [
        ["Import", "There is no store here"],
        ["Generate", "No model can write here"],
        ["Generations", "There are no generations here"],
      ]) {
        await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: link, exact: true }).click();
        await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
        expect(page.url().startsWith(`${baseURL}${link.toLowerCase()}`)).toBe(true);
      }
      await audit(page);
      // The menu works on them, too.
      await page.getByLabel("Theme").click();
      await page.getByRole("button", { name: "Dark" }).click();
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      await page.getByRole("link", { name: "Open a file" }).click();
      await hydrated(page);
      await expect(page.getByRole("heading", { name: "See what your model was unsure about." })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      await page.goto("style/");
      await expect(page.getByRole("heading", { level: 2, name: "Charts" })).toBeVisible();
    });

    test.describe("compare", () => {
      // The list of stored runs is asked for and is not there.
      test.use({ allowed: [/status of 404 .*\/api\/runs/] });

      test("a run stands beside another file", async ({ page }) => {
        await page.goto("./");
        await hydrated(page);
        await page.getByLabel("Import Completion").setInputFiles(SAMPLE);
        await ready(page);
        await page.getByRole("button", { name: "Compare", exact: true }).click();
        await page.locator("input[data-beside]").setInputFiles(SAMPLE);
        await expect(page.getByText(/22 pairs by/)).toBeVisible();
      });
    });
  });
}
