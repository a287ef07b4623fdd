// What a file may be wrapped in: each opens, says what it was, and gives a whole sequence again.
import { gzipSync } from "node:zlib";
import { expect, hydrated, test } from "../fixtures";
import { completion, events, inMemory, jsonLines, zip } from "../files";
import { card, cards, chip, choose, fileMenu, found, openCard, panel, ready, report, token, wholeText } from "../page";

const answer = (text: string) => completion("m", [text, " and", " more"]);

const cassette = `interactions:
- request:
    body: '{"model": "m", "messages": []}'
    headers:
      authorization:
      - Bearer not-for-you
    method: POST
    uri: https://example.invalid/v1/chat/completions
  response:
    body:
      string: '${JSON.stringify(answer("recorded"))}'
    headers:
      content-type:
      - application/json
    status:
      code: 200
      message: OK
version: 1
`;

/** As Python prints it. */
const python = (value: object) => JSON.stringify(value).replaceAll('"', "'").replaceAll("null", "None").replaceAll("true", "True");

for (const { name, content, detected, text, count } of [
  {
    name: "answers.jsonl.gz",
    content: gzipSync(jsonLines(answer("one"), answer("packed"))),
    detected: "gzip, then JSON lines",
    text: "packed",
    count: 2,
  },
  {
    name: "stream.sse",
    content: `${events("a", ["one"])}${events("b", ["streamed", " and", " more"])}`,
    detected: "a stream of events",
    text: "streamed",
    count: 2,
  },
  { name: "cassette.yaml", content: cassette, detected: "a cassette of recorded requests", text: "recorded", count: 1 },
  { name: "printed.txt", content: `${python(answer("printed"))}\n`, detected: "Python literals", text: "printed", count: 1 },
]) {
  test(`${detected}: opens, and every token is there again`, async ({ page }) => {
    await page.goto("/");
    await hydrated(page);
    await choose(page, inMemory(name, content));
    await ready(page);
    await expect(cards(page)).toHaveCount(count);
    await report(page).getByText("Import report:").click();
    await expect(found(page, "Detected")).toContainText(`${detected}, `);
    await expect(page.locator("body")).not.toContainText("not-for-you");
    await openCard(page, count);
    await expect(wholeText(page)).toHaveText(`${text} and more`);
    await token(page, 3).click();
    await expect(panel(page).getByRole("heading")).toHaveText("␣more");
    await expect(panel(page)).toContainText("81.9 %");
  });
}

test("members of a zip archive are files of one run, in the order of their names", async ({ page }) => {
  await page.goto("/");
  await hydrated(page);
  const members = { "c.jsonl": jsonLines(answer("one")), "below/b.json": JSON.stringify(answer("two")) };
  await choose(page, inMemory("both.zip", zip(members)));
  await ready(page);
  await expect(cards(page)).toHaveCount(2);
  await report(page).getByText("Import report:").click();
  await expect(found(page, "Detected")).toContainText("a zip archive, ");
  await expect(fileMenu(page).getByRole("option")).toHaveText(["all", "below/b.json", "c.jsonl"]);
  await expect(chip(card(page, 1), "File")).toHaveText("below/b.json");
  await openCard(page, 1);
  await expect(wholeText(page)).toHaveText("two and more");
  // One file, whatever is in it: it can be stored.
  await expect(page.getByRole("button", { name: "Store" })).toBeEnabled();
});
