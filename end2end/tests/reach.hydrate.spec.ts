// Whatever acts when it is clicked can be reached and used by keys.
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures";
import { filterField, openSample, panel } from "../page";
import { openJson, screens, tab, view } from "../screens";

/**
 * Notes which elements listen for clicks. Listeners of the window and of whole parts (`data-…` says what is clicked in them) are found
 * by the pointer that the cursor becomes over what they mean.
 */
async function noteListeners(page: Page) {
  await page.addInitScript(() => {
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (this: any, kind: string, ...rest: any[]) {
      if (["click", "pointerdown", "mousedown"].includes(kind) && this instanceof Element) ((window as any).listening ??= new Set()).add(this);
      return (add as any).call(this, kind, ...rest);
    };
  });
}

/** Attributes by which a listener further out knows what was clicked. */
const ACTS = ["view", "set", "export", "copy-text", "band", "jump", "unpin", "keep", "open", "delete", "rename", "grip", "step", "feedback", "rate"];

/** What acts on a click and is no stop of the keyboard, nor within, nor around one. */
async function unreachable(page: Page, acts: string[]): Promise<string[]> {
  return page.evaluate((acts) => {
    const stops = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const listening: Set<Element> = (window as any).listening ?? new Set();
    const dialog = document.querySelector("dialog[open]");
    const found: string[] = [];
    for (const element of document.querySelectorAll("body *")) {
      const marked = acts.some((name) => element.hasAttribute(`data-${name}`));
      const points = getComputedStyle(element).cursor === "pointer" && getComputedStyle(element.parentElement!).cursor !== "pointer";
      if (!marked && !points && !listening.has(element)) continue;
      if (!element.checkVisibility({ checkVisibilityCSS: true }) || element.closest(":disabled") || (dialog && !dialog.contains(element))) continue;
      // Hidden from everybody but the pointer: the text does by its keys what they do (`n`, `p`, arrows), as the tests of them say.
      if (element.closest("[aria-hidden='true']")) continue;
      const label = element.closest("label") as HTMLLabelElement | null;
      const reached = element.closest(stops) ?? element.querySelector("[role='slider'][tabindex='0']") ?? label?.control ?? (listening.has(element) && !points && !marked ? element.querySelector(stops) : null);
      // A part that listens for what is in it, and has nothing to click now.
      const empty = listening.has(element) && !points && !marked && !element.querySelector(acts.map((name) => `[data-${name}]`).join());
      if (!reached && !empty) found.push(`${element.tagName}.${element.getAttribute("class") ?? ""} “${(element.textContent ?? "").trim().slice(0, 40)}”`);
    }
    return found;
  }, acts);
}

for (const [name, reach] of Object.entries(screens)) {
  test(`${name}: whatever can be clicked can be reached by keys`, async ({ page, request }) => {
    await noteListeners(page);
    await reach(page, request);
    expect(await unreachable(page, ACTS)).toEqual([]);
  });
}

test("the check finds what keys cannot reach", async ({ page }) => {
  await noteListeners(page);
  await openSample(page);
  await page.evaluate(() => {
    const main = document.querySelector("main")!;
    main.insertAdjacentHTML("beforeend", "<b data-view='s=1'>marked</b><b style='cursor:pointer'>points</b><b class='listens'>listens<i data-set='a:1'></i></b>");
    main.querySelector(".listens")!.addEventListener("click", () => {});
  });
  expect((await unreachable(page, ACTS)).map((line) => line.split(" ")[1])).toEqual(["“marked”", "“points”", "“listens”", "“”"]);
});

test("a text of the lab is walked over by keys", async ({ page, request }) => {
  await screens["the lab at a token"](page, request);
  const lab = view(page, "Sampling lab");
  const text = lab.getByRole("group", { name: /^Text of the sequence/ });
  await text.focus();
  for (const [key, number] of [["ArrowRight", 5], ["ArrowRight", 6], ["ArrowLeft", 5], ["Home", 1]] as const) {
    await page.keyboard.press(key);
    await expect(lab.getByRole("heading", { name: `Token ${number}: before and after` })).toBeVisible();
    await expect(text).toBeFocused();
    await expect(page).toHaveURL(new RegExp(`t=${number}&panel=lab`));
  }
  await page.keyboard.press("End");
  await expect(text.locator(".pinned")).toBeInViewport();
});

test("the vocabulary by keys: ordered, paged, and from a token to the places where it stands", async ({ page }) => {
  await openSample(page);
  await tab(page, "Vocabulary").focus();
  await page.keyboard.press("Enter");
  const words = view(page, "Vocabulary");
  await expect(words.getByRole("row").nth(1)).toBeVisible();
  await page.keyboard.press("Tab");
  // The tabs that follow, the hint, then the first field.
  while (!(await words.getByLabel("Order").evaluate((field) => field === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await expect(page).toHaveURL(/with=order:mean/);
  await expect(words.getByLabel("Order")).toBeFocused();
  const next = words.getByRole("button", { name: "Next" });
  await next.focus();
  await page.keyboard.press("Enter");
  await expect(words.locator(".pages")).toContainText("101 to 200");
  await expect(words.getByRole("button", { name: "Next" })).toBeFocused();

  const row = words.getByRole("row").nth(1);
  const [label, count] = [await row.getByRole("button").innerText(), Number(await row.getByRole("cell").first().innerText())];
  await row.getByRole("button").focus();
  await page.keyboard.press("Enter");
  const rows = view(page, "Tokens").getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(count + 1);
  await expect(rows.nth(1).getByRole("button")).toHaveText(label);
  await page.goBack();
  await expect(view(page, "Vocabulary").locator(".pages")).toContainText("101 to 200");
});

test("values of JSON by keys: into a path, to its weakest token, and back", async ({ page }) => {
  await openJson(page);
  await tab(page, "JSON values").focus();
  await page.keyboard.press("Enter");
  const values = view(page, "JSON values");
  await values.getByRole("button", { name: "$.people" }).focus();
  await page.keyboard.press("Enter");
  await expect(values).toContainText("4 values, the least likely first");
  await expect(page).toHaveURL(/path:/);
  // One goes on from where one was.
  await page.keyboard.press("Tab");
  await expect(values.getByRole("button", { name: "All paths" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator(".card-open")).toHaveCount(1);
  await expect(panel(page)).toContainText("token");
  await page.goBack();
  await expect(values).toContainText("4 values, the least likely first");
  await values.getByRole("button", { name: "All paths" }).focus();
  await page.keyboard.press("Enter");
  await expect(values.getByRole("button", { name: "$.city" })).toBeVisible();
  await filterField(page).fill("sure");
  await expect(values).toContainText("JSON in 2 of 2 answers");
  await filterField(page).fill("");
});
