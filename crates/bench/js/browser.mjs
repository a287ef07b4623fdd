// From the choice of a file to its figures on the screen, in one browser, on one file on the disk: the site against the
// baseline, which has a worker too, and against a worker that only reads the file. They take turns.
//
//   SURPRISAL_CHROMIUM=… node browser.mjs PAIRS SITE FILE     prints lines; the times are by the clock, milliseconds
//     pair chromium-baseline/chromium-site WALL WALL WALL WALL     (twice, as there is no processor time to tell)
//     pair chromium-site/chromium-reading WALL WALL WALL WALL
//     value first-rows MS | longest-task MS | blocking MS | memory-share X      one a run of the site
//     value scroll-step MS | nodes N | filter-answer MS                         the same, with the file loaded
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { argv, env, exit, stderr } from "node:process";
import { chromium } from "@playwright/test";
import { filter, scroll } from "./loaded.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE = 300_000;

const PAGE = `<!doctype html><meta charset="utf-8"><title>Baseline</title><input type="file" aria-label="File"><pre></pre>
<script type="module">
  const worker = new Worker(location.pathname + "worker.mjs", { type: "module" });
  worker.onmessage = ({ data }) => { document.querySelector("pre").textContent = data.join(" "); window.done = performance.now(); };
  document.querySelector("input").addEventListener("change", ({ target }) => { window.begin = performance.now(); worker.postMessage(target.files[0]); });
</script>`;

// The fastest way to read there is: into the same memory again and again. Slices with `arrayBuffer()`, one ahead, take more.
const READ = `const read = async (file, use) => {
  const reader = file.stream().getReader({ mode: "byob" });
  for (let room = new Uint8Array(4 << 20); ; ) {
    const { value, done } = await reader.read(room);
    if (done) break;
    use(value);
    room = new Uint8Array(value.buffer);
  }
};`;

const WORKER = `import { Baseline } from "/baseline.mjs";
${READ}
onmessage = async ({ data: file }) => {
  const side = new Baseline();
  await read(file, (bytes) => side.push(bytes));
  postMessage(side.finish());
};`;

/** Reads as the baseline does, and does nothing with it. */
const READING = `${READ}
onmessage = async ({ data: file }) => {
  let size = 0;
  await read(file, (bytes) => (size += bytes.length));
  postMessage([size]);
};`;

/** Serves the pages that the site is held against. */
async function serve() {
  const files = {
    "/baseline/": ["text/html", PAGE],
    "/baseline/worker.mjs": ["text/javascript", WORKER],
    "/reading/": ["text/html", PAGE],
    "/reading/worker.mjs": ["text/javascript", READING],
    "/baseline.mjs": ["text/javascript", await readFile(new URL("./baseline.mjs", import.meta.url))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** The first number is what is to be the same as that of others. */
async function other(browser, address, file) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("File").setInputFiles(file);
  await page.waitForFunction(() => window.done, undefined, { timeout: PATIENCE });
  const [took, found] = await page.evaluate(() => [window.done - window.begin, Number(document.querySelector("pre").textContent.split(" ")[0])]);
  await page.close();
  return { took, found };
}

/** Notes when the file was chosen, when the first answers were there, and when all was. */
function watch() {
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })))).observe({
    type: "longtask",
  });
  document.addEventListener(
    "change",
    () => {
      window.begin ??= performance.now();
    },
    { capture: true },
  );
  const look = () => {
    const now = performance.now();
    if (window.begin !== undefined) {
      if (document.querySelector("article")) window.rows ??= now;
      const field = document.querySelector("input[type=search]");
      if (window.rows !== undefined && field && !field.disabled && !document.querySelector("progress")) {
        window.done = now;
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function site(browser, address, file, bytes) {
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await page.goto(address);
  await page.waitForLoadState("networkidle");
  const before = memory();
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, memory())), 100);
  await page.getByLabel("Import Completion").setInputFiles(file);
  await page.waitForFunction(() => window.done, undefined, { timeout: PATIENCE });
  clearInterval(sampling);
  const found = await page.evaluate(() => {
    const during = window.tasks.filter(({ startTime, duration }) => startTime + duration > window.begin && startTime < window.done);
    const board = [...document.querySelectorAll("h2, h3, dt")].find(({ textContent }) => textContent.includes("Number of sentences"));
    return {
      took: window.done - window.begin,
      rows: window.rows - window.begin,
      longest: Math.max(0, ...during.map(({ duration }) => duration)),
      blocking: during.reduce((sum, { duration }) => sum + duration - 50, 0),
      // The first line of the board that is nothing but a number.
      sequences: Number((board?.parentElement?.innerText ?? "").split("\n").find((line) => /^\d[\d\s]*$/.test(line))?.replace(/\s/g, "")),
    };
  });
  const { step, nodes } = await scroll(page);
  const answer = await filter(page);
  await page.close();
  return { ...found, share: (peak - before) / bytes, step, nodes, answer };
}

/** Proportional set size of the browser's processes that draw and compute, bytes; 0 where the system does not tell. */
function memory() {
  try {
    const all = execFileSync("pgrep", ["-f", `type=renderer.*${PROFILE}|${PROFILE}.*type=renderer`], { encoding: "utf8" });
    const of = (id) => {
      try {
        return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024;
      } catch {
        return 0; // it has just ended
      }
    };
    return all.trim().split("\n").map(of).reduce((sum, size) => sum + size, 0);
  } catch {
    return 0;
  }
}

let PROFILE = "";

async function main([pairs, address, file]) {
  if (!file) throw new Error("see the beginning of browser.mjs");
  const { size } = await stat(file);
  PROFILE = await mkdtemp(path.join(tmpdir(), "bench-profile-"));
  const server = await serve();
  // A profile with a name of its own: its processes are told from those of other browsers by it.
  const browser = await chromium.launchPersistentContext(PROFILE, { executablePath: env.SURPRISAL_CHROMIUM, args: FLAGS });
  try {
    const others = `http://127.0.0.1:${server.address().port}/`;
    const sides = {
      baseline: () => other(browser, `${others}baseline/`, file),
      site: () => site(browser, address, file, size),
      reading: () => other(browser, `${others}reading/`, file),
    };
    for (let pair = -1; pair < Number(pairs); pair++) {
      const order = Object.keys(sides);
      if (pair % 2 !== 0) order.reverse();
      const ran = {};
      for (const side of order) ran[side] = await sides[side]();
      const { baseline, site: own, reading } = ran;
      if (baseline.found !== own.sequences) throw new Error(`the site counts ${own.sequences} sequences, the baseline ${baseline.found}`);
      if (reading.found !== size) throw new Error(`${reading.found} bytes were read of a file of ${size}`);
      if (pair < 0) continue; // the first round only warms up
      const took = (one, two) => `${one.took} ${one.took} ${two.took} ${two.took}`;
      console.log(`pair chromium-baseline/chromium-site ${took(baseline, own)}`);
      console.log(`pair chromium-site/chromium-reading ${took(own, reading)}`);
      const { rows, longest, blocking, share, step, nodes, answer } = own;
      const values = { "first-rows": rows, "longest-task": longest, blocking, "memory-share": share, "scroll-step": step, nodes, "filter-answer": answer };
      for (const [name, value] of Object.entries(values)) console.log(`value ${name} ${value}`);
    }
  } finally {
    await browser.close();
    server.close();
    await rm(PROFILE, { recursive: true, force: true });
  }
}

try {
  await main(argv.slice(2));
} catch (error) {
  stderr.write(`${error.message}\n`);
  exit(1);
}
