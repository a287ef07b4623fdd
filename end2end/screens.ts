// Every screen of the application, each with the way to it: for what must hold on all of them.
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, hydrated } from "./fixtures";
import { completion, generations, inMemory, jsonLines } from "./files";
import { choose, filterField, openCard, openSample, panel, ready, report, token } from "./page";

/** A tab of a run. */
export const tab = (page: Page, name: string) =>
  page.getByRole("navigation", { name: "Ways to look at the run" }).getByRole("button", { name, exact: true });

/** What a tab shows. */
export const view = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function at(page: Page, address: string) {
  await page.goto(address);
  await hydrated(page);
}

/** Waits for what a panel answers, and that nothing of it is still to be read. */
async function answered(page: Page, name: string) {
  await expect(view(page, name).locator(".panel-answer > *").first()).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
}

async function openTab(page: Page, name: string) {
  await tab(page, name).click();
  await answered(page, name);
}

/** Two answers to one prompt that are JSON, and two of another model. */
export async function openJson(page: Page) {
  await at(page, "/");
  const record = (model: string, last: string): any => {
    const one: any = completion(model, ['{"city": "', "Oslo", '", "people": ', "709", "037", last]);
    one.choices.push({ ...completion(model, ['{"city": "', "Bergen", '", "people": ', "289", "330", last]).choices[0], index: 1 });
    return { ...one, id: "x" };
  };
  await choose(page, inMemory("cities.jsonl", jsonLines(record("model-a", "}"), record("model-b", ', "sure": false}'))));
  await ready(page);
}

async function pinned(page: Page) {
  await openSample(page);
  await openCard(page, 2);
  await token(page, 4).click();
  await expect(panel(page)).toContainText("token 4");
}

export const screens: Record<string, (page: Page, request: APIRequestContext) => Promise<void>> = {
  "the first page": (page) => at(page, "/"),
  "the paste dialog": async (page) => {
    await at(page, "/");
    await page.getByRole("button", { name: "Paste text" }).click();
  },
  "a list": (page) => openSample(page),
  "a list with a query": async (page) => {
    await openSample(page);
    await report(page).getByText("Import report:").click();
    await filterField(page).fill("p<0.2 seq.ppl>2");
    await expect(page.getByText(/tokens marked/)).toBeVisible();
  },
  "a wrong query": async (page) => {
    await openSample(page);
    await filterField(page).fill("p<");
    await expect(page.locator(".query-error").first()).toBeVisible();
  },
  "no match": async (page) => {
    await openSample(page);
    await filterField(page).fill("no-such-token");
    await expect(page.getByText("No sequence matches.")).toBeVisible();
  },
  "the keys": async (page) => {
    await openSample(page);
    await page.getByRole("button", { name: "Keys" }).click();
  },
  "the menu of exports": async (page) => {
    await openSample(page);
    await page.locator("summary", { hasText: "Export" }).click();
  },
  "a sequence with a pinned token": pinned,
  "a failed import": async (page) => {
    await at(page, "/");
    await choose(page, inMemory("notes.txt", "hello, there is nothing to be read here"));
    await page.waitForURL("**/local");
    await expect(report(page)).toBeVisible();
  },
  Why: async (page) => {
    await openSample(page);
    await openTab(page, "Why");
  },
  Tokens: async (page) => {
    await openSample(page);
    await filterField(page).fill("p<0.02");
    await openTab(page, "Tokens");
  },
  Vocabulary: async (page) => {
    await openSample(page);
    await openTab(page, "Vocabulary");
  },
  Markdown: async (page) => {
    await openSample(page);
    await openTab(page, "Markdown");
  },
  "the lab over a run": async (page) => {
    await openSample(page);
    await openTab(page, "Sampling lab");
  },
  "the lab at a token": async (page) => {
    await pinned(page);
    await openTab(page, "Sampling lab");
    await expect(page.getByRole("heading", { name: "Token 4: before and after" })).toBeVisible();
  },
  "JSON values": async (page) => {
    await openJson(page);
    await openTab(page, "JSON values");
  },
  "JSON values at a path": async (page) => {
    await openJson(page);
    await openTab(page, "JSON values");
    await view(page, "JSON values").getByRole("button", { name: "$.city" }).click();
    await expect(view(page, "JSON values")).toContainText("4 values, the least likely first");
  },
  Samples: async (page) => {
    await openJson(page);
    await openTab(page, "Samples");
  },
  Compare: async (page) => {
    await openJson(page);
    await openTab(page, "Compare");
    await view(page, "Compare").getByRole("combobox", { name: "A", exact: true }).selectOption("model:model-a");
    await view(page, "Compare").getByRole("combobox", { name: "B", exact: true }).selectOption("model:model-b");
    await expect(view(page, "Compare")).toContainText("2 pairs by");
  },
  "a pair": async (page, request) => {
    await screens.Compare(page, request);
    await view(page, "Compare").getByRole("button", { name: "1", exact: true }).click();
    await expect(view(page, "Compare")).toContainText("They part after");
  },
  Share: async (page) => {
    await openSample(page);
    await openTab(page, "Share");
  },
  "no open file": (page) => at(page, "/local"),
  "the stored runs": async (page, request) => {
    await stored(request);
    await at(page, "/import");
  },
  "a stored run": async (page, request) => {
    await at(page, `/runs/${await stored(request)}`);
    await ready(page);
  },
  "the links of a run": async (page, request) => {
    await page.goto(`/runs/${await stored(request)}/share`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  },
  "the page Generate": async (page) => {
    await at(page, "/generate");
    await expect(page.getByLabel("Model", { exact: true })).not.toHaveValue("");
  },
  "the generations": async (page, request) => {
    await records(request);
    await at(page, "/generations?tags=screens");
  },
  "charts of the generations": async (page, request) => {
    await records(request);
    await at(page, "/generations?tags=screens&view=charts");
  },
  "groups of the generations": async (page, request) => {
    await records(request);
    await at(page, "/generations?tags=screens&view=groups");
  },
  "one generation": async (page, request) => {
    await at(page, `/generations/${await records(request)}`);
  },
  "the page of styles": (page) => page.goto("/style").then(() => {}),
};

/** The bundled sample as a stored run; gives its id. */
async function stored(request: APIRequestContext): Promise<string> {
  const sample = await request.get("/samples/completions-small.json");
  const answer = await request.post("/api/runs?name=a-run-with-quite-a-long-name-of-its-file.json", { data: await sample.body() });
  expect(answer.ok()).toBe(true);
  return (await answer.json()).id;
}

/** Six records; gives the key of the first. */
async function records(request: APIRequestContext): Promise<string> {
  const answer = await request.post("/api/generations", { data: generations("screens") });
  expect(answer.status()).toBe(201);
  return (await answer.json()).first;
}
