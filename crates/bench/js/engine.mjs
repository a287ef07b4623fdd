// The browser's side of `cargo xtask bench engine`: the model is opened from the disk on the page /generate, as a person does,
// and computes in its worker.
//
//   SURPRISAL_CHROMIUM=… node engine.mjs SITE MODEL PROMPT-TOKENS NEW-TOKENS     prints what crates/engine/examples/speed.rs prints,
//                                                                                       and how long the file alone takes to read
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { argv, env, exit, stderr } from "node:process";
import { chromium } from "@playwright/test";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE = 300_000;

/** Most memory of the browser's processes that draw and compute so far, bytes; 0 where the system does not tell. */
function peak(profile) {
  try {
    const all = execFileSync("pgrep", ["-f", `type=renderer.*${profile}|${profile}.*type=renderer`], { encoding: "utf8" });
    const of = (id) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0) * 1024;
    return Math.max(0, ...all.trim().split("\n").map(of));
  } catch {
    return 0;
  }
}

/** Runs in the page. */
async function measure({ prompt, count }) {
  const { surprisal_own: own } = globalThis;
  const { files } = document.querySelector("#bench-model");
  const time = async (work) => {
    const begin = performance.now();
    await work();
    return performance.now() - begin;
  };
  // Into the same memory again and again, which is how a browser does it fastest, and keeps nothing.
  const read = async () => {
    const reader = files[0].stream().getReader({ mode: "byob" });
    let part = { value: new Uint8Array(1 << 20) };
    while (!part.done) part = await reader.read(new Uint8Array(part.value.buffer));
  };
  // The first time is that of the disk.
  await read();
  const reading = await time(read);
  const load = await time(() => own.open(files));
  const body = {
    input_ids: prompt,
    // As many as on the other sides, whatever the model thinks of it.
    parameters: { do_sample: false, max_new_tokens: count, min_new_tokens: count, top_logprobs: 0 },
  };
  const answer = await own.ask(false, JSON.stringify(body), new AbortController().signal);
  const events = (await answer.text()).split("\n\n").filter(Boolean);
  const told = events.map((event) => JSON.parse(event.replace(/^data: /, "")));
  const done = told.find(({ event }) => event === "done");
  if (!done) throw new Error(JSON.stringify(told.at(-1)));
  const ids = told.filter(({ event }) => event === "token").map(({ token }) => token.id);
  return { reading, load, ids, ...done.timings };
}

async function main([address, model, prompt, count]) {
  if (!count) throw new Error("see the beginning of engine.mjs");
  const profile = await mkdtemp(path.join(tmpdir(), "bench-profile-"));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: env.SURPRISAL_CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${address}generate`);
    await page.waitForFunction(() => globalThis.surprisal_own && document.querySelector(".studio"));
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<input type="file" id="bench-model">'));
    await page.locator("#bench-model").setInputFiles(model);
    // The same tokens as on the other sides.
    const ids = Array.from({ length: Number(prompt) }, (_, at) => 1000 + ((at * 37) % 20000));
    const took = await page.evaluate(measure, { prompt: ids, count: Number(count) });
    // By the clock: of the processor a page does not know.
    const all = [["reading", took.reading], ["load", took.load], ["prompt", took.prompt_ms], ["write", took.predicted_ms]];
    for (const [what, ms] of all) console.log(`took ${what} ${ms} ${ms}`);
    console.log(`value memory ${peak(profile)}`);
    console.log(`ids ${took.ids.join(" ")}`);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  }
}

try {
  await main(argv.slice(2));
} catch (error) {
  stderr.write(`${error.stack}\n`);
  exit(1);
}
