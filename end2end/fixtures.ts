// What every test gets: a page that fails the test when it complains, and the ways to look at it.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import path from "node:path";

export { expect };

type Options = {
  /** Complaints that a test provokes on purpose, such as the browser's line about a 404. */
  allowed: RegExp[];
};

type Fixtures = {
  /** A second person: another browser profile, watched like the first. */
  newPerson: () => Promise<Page>;
};

export const test = base.extend<Options & Fixtures>({
  allowed: [[], { option: true }],

  context: async ({ context, baseURL, allowed }, use) => {
    const complaints = watch(context, baseURL);
    await use(context);
    expectNone(complaints, allowed);
  },

  newPerson: async ({ browser, contextOptions, baseURL, allowed }, use) => {
    const others: { context: BrowserContext; complaints: string[] }[] = [];
    await use(async () => {
      const context = await browser.newContext({ ...contextOptions, baseURL });
      others.push({ context, complaints: watch(context, baseURL) });
      return context.newPage();
    });
    for (const { context, complaints } of others) {
      await context.close();
      expectNone(complaints, allowed);
    }
  },
});

/** Collects console errors, uncaught errors, and requests that leave the site. */
function watch(context: BrowserContext, baseURL: string | undefined): string[] {
  const complaints: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.text().toLowerCase().includes("hydration")) {
      complaints.push(`console: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => complaints.push(`uncaught: ${error.error().message}`));
  context.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== new URL(baseURL ?? "").origin) {
      complaints.push(`a request leaves the site: ${url}`);
    }
  });
  return complaints;
}

function expectNone(complaints: string[], allowed: RegExp[]) {
  const serious = complaints.filter((line) => !allowed.some((pattern) => pattern.test(line)));
  expect(serious, "the browser complained").toEqual([]);
}

/** Waits until the application has taken over the page that the server sent. */
export async function hydrated(page: Page) {
  await page.locator("html[data-hydrated]").waitFor();
}

/** Fails on accessibility violations that axe calls serious or critical. */
export async function audit(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  expect(serious, "axe found").toEqual([]);
}

/** Takes a picture of the whole page in both themes: SCREENSHOTS/<project>/<name>-<theme>.png. */
export async function picture(page: Page, name: string) {
  const folder = path.join(process.env.SCREENSHOTS ?? "screenshots", test.info().project.name);
  // Rows outside of the window do not exist: the window is made as high as the page, so that none are missing.
  const before = page.viewportSize() ?? { width: 1280, height: 720 };
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...before, height: Math.max(before.height, height) });
  // The list looks at the window before the next picture. Without scripts there is no such list, and nobody would call back.
  if (await page.locator(".virtual").count()) {
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }
  await page.locator(".virtual[aria-busy=true]").first().waitFor({ state: "detached" });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(before);
}
