// Forced colours (high contrast of the system): what colours say is said otherwise, and edges and focus are seen.
import type { Locator, Page } from "@playwright/test";
import { audit, expect, picture, test } from "../fixtures";
import { openCard, openSample, token } from "../page";
import { screens } from "../screens";

test.use({ contextOptions: { forcedColors: "active" } });

const style = (of: Locator, name: string) => of.first().evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name);

/** Changes what colours the tokens. */
async function colourBy(page: Page, quantity: string) {
  await page.getByRole("combobox", { name: "Colour by" }).selectOption(quantity);
  await expect(page.locator(".legend-bar").getByRole("button", { name: "Stop" })).toBeHidden();
}

for (const quantity of ["probability", "surprisal", "rank", "share", "entropy", "margin"]) {
  test(`bands by ${quantity} are told apart without their colours`, async ({ page }) => {
    await openSample(page);
    await colourBy(page, quantity);
    await openCard(page, 2);
    const text = page.locator(".whole");
    // In the text and in the legend: a line, dots, nothing.
    for (const [band, line] of [
      [".b0, .b1, .b2", "solid"],
      [".b3, .b4, .b5", "dotted"],
    ]) {
      const pieces = text.locator(`:is(${band}):not(.sign)`);
      await expect.poll(() => pieces.count()).toBeGreaterThan(0);
      expect(await style(pieces, "text-decoration-line")).toBe("underline");
      expect(await style(pieces, "text-decoration-style")).toBe(line);
    }
    const high = text.locator(":is(.b6, .b7, .b8):not(.sign)");
    await expect.poll(() => high.count()).toBeGreaterThan(0);
    expect(await style(high, "text-decoration-line")).toBe("none");
    // In the histogram and in the chart: full, hatched or grey, hollow.
    const bars = await Promise.all([0, 1, 2].map(async (band) => {
      const bar = page.locator(`.histogram-bars .bar-${band}`);
      return `${await style(bar, "background-color")} ${await style(bar, "background-image")}`;
    }));
    expect(new Set(bars).size, bars.join("; ")).toBe(3);
    const fills = await page.locator(".chart-drawing rect").evaluateAll((all) => {
      const marked = all.filter((rect) => /#00000[345]/.test(rect.getAttribute("fill") ?? ""));
      return [...new Map(marked.map((rect) => [rect.getAttribute("fill"), getComputedStyle(rect).fill])).values()];
    });
    expect(fills.length).toBeGreaterThan(1);
    expect(new Set(fills).size, fills.join("; ")).toBe(fills.length);
  });
}

test("what is chosen and what has the focus is seen", async ({ page }) => {
  await openSample(page);
  const band = page.locator(".legend").getByRole("button").first();
  await band.click();
  await expect(band).toHaveAttribute("aria-pressed", "true");
  expect(await style(band, "outline-style")).not.toBe("none");
  await openCard(page, await page.getByRole("article").first().evaluate((card) => Number(card.getAttribute("aria-label")!.replace("Sequence ", ""))));
  await token(page, 1).click();
  expect(await style(page.locator(".whole .pin"), "outline-style")).toBe("solid");
  for (const control of [page.getByRole("button", { name: "Keys" }), page.getByRole("combobox", { name: "Sort" }), page.getByRole("slider", { name: "First token" })]) {
    await control.focus();
    // Reached by keys, as `:focus-visible` wants it.
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Tab");
    await expect(control).toBeFocused();
    expect(await style(control, "outline-style")).not.toBe("none");
  }
  // Buttons have edges.
  const edges = await page.getByRole("button").evaluateAll((all) =>
    all
      .filter((one) => one.checkVisibility() && !one.matches(".link, .card-toggle, .tabs button, .why-button, .quiet, .menu-items button"))
      .filter((one) => parseFloat(getComputedStyle(one).borderTopWidth) < 1)
      .map((one) => one.textContent),
  );
  expect(edges).toEqual([]);
});

for (const [name, reach] of Object.entries(screens)) {
  test(`${name}: axe finds nothing serious in forced colours`, async ({ page, request }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await reach(page, request);
    await audit(page);
    if (process.env.SCREENSHOTS) await picture(page, `forced-${name.replaceAll(" ", "-")}`);
  });
}
