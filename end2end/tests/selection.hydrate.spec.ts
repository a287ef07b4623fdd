// One selection: list, text, chart, panel, title and address always show the same sequence and token.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { bars, panel, ready, token, wholeText } from "../page";
import { SAMPLE } from "../sample";
import { readFileSync } from "node:fs";
import { tab, view } from "../screens";

/** Checks all of them; `at` is the token, from 1, or null when none is pinned. */
async function inStep(page: Page, sequence: number, at: number | null) {
  await expect(page.locator(".card-open")).toHaveAttribute("aria-label", `Sequence ${sequence}`);
  await expect(page).toHaveURL(new RegExp(`[?#&]s=${sequence}${at ? `&t=${at}` : ""}(&|$)`));
  await expect(page).toHaveTitle(new RegExp(`, sequence ${sequence} `));
  await expect(page.locator(".card-open .bar-focus")).toHaveCount(at ? 1 : 0);
  await expect(page.locator(".whole .pin")).toHaveCount(at ? 1 : 0);
  if (!at) {
    await expect(page).not.toHaveURL(/[?#&]t=/);
    return expect(panel(page)).toContainText("Point at a token");
  }
  await expect(page.locator(".whole .pin")).toHaveAttribute("data-i", String(at - 1));
  await expect(page.locator(".whole .pin")).toBeInViewport();
  await expect(panel(page)).toContainText(`token ${at}`);
  const middle = async (selector: string) => {
    const box = (await page.locator(selector).boundingBox())!;
    return box.x + box.width / 2;
  };
  expect(Math.abs((await middle(".bar-focus")) - (await middle(`.chart-overlay g[data-i="${at - 1}"] .bar-hit`)))).toBeLessThan(1);
}

test("they stay in step by pointer, keys, back, forward and a new start", async ({ page, request, newPerson }) => {
  const answer = await request.post("/api/runs?name=step.json", { data: readFileSync(SAMPLE) });
  const address = `/runs/${(await answer.json()).id}`;
  await page.goto(`${address}?s=2&t=4`);
  await ready(page);
  await inStep(page, 2, 4);
  await wholeText(page).focus();
  await page.keyboard.press("ArrowRight");
  await inStep(page, 2, 5);
  await bars(page).nth(8).click();
  await inStep(page, 2, 9);
  await token(page, 12).click();
  // At once, before the address is written; what the pointer lies on is no preview then.
  await page.mouse.move(2, 2);
  await page.keyboard.press("ArrowDown");
  await inStep(page, 3, null);
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/t=\d+/);
  const doubtful = Number(new URL(page.url()).searchParams.get("t"));
  await inStep(page, 3, doubtful);
  await page.goBack();
  await inStep(page, 2, 12);
  await page.goForward();
  await inStep(page, 3, doubtful);
  await page.reload();
  await inStep(page, 3, doubtful);

  // Another view of the same selection, and back.
  await tab(page, "Sampling lab").click();
  const lab = view(page, "Sampling lab");
  await expect(lab.getByRole("heading", { name: `Token ${doubtful}: before and after` })).toBeVisible();
  await lab.locator(".lab-text span").nth(1).click();
  await expect(lab.getByRole("heading", { name: "Token 2: before and after" })).toBeVisible();
  await tab(page, "Answers").click();
  await inStep(page, 3, 2);
  await page.goBack();
  await expect(lab.getByRole("heading", { name: "Token 2: before and after" })).toBeVisible();
  await page.goBack();
  await inStep(page, 3, doubtful);

  // A sequence far down the list, in the browser of somebody else.
  const other = await newPerson();
  await other.goto(`${address}?s=20&t=3&sort=-length`);
  await ready(other);
  await inStep(other, 20, 3);
  await other.keyboard.press("Escape");
  await inStep(other, 20, null);
  await other.keyboard.press("Escape");
  await expect(other.locator(".card-open")).toHaveCount(0);
  await expect(other).toHaveURL(/\?sort=-length$/);
});
