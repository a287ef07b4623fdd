// What Lighthouse says of the first page and of a run, as a desktop sees them: `cargo xtask test lighthouse` starts the server and
// says where it is (BASE_URL), which browser (SURPRISAL_CHROMIUM), and where the whole reports go (OUTPUT).
//
// Judged is what does not depend on how busy the machine is: accessibility, best practices, what moves on the page, how files are
// sent. The score of performance is a matter of time: it is printed, and nothing fails for it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import * as chrome from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

/** The most that may move: the sum of layout shifts. */
const SHIFT = 0.05;
/** Scores of whole categories, of 1. */
const WHOLE = ["accessibility", "best-practices"];
/** Audits of performance that are told by the files alone. */
const FILES = ["unsized-images", "total-byte-weight", "font-display", "duplicated-javascript", "redirects", "uses-text-compression"];
/** An audit counts as passed from here on, as Lighthouse counts. */
const PASSED = 0.9;

const { BASE_URL: base, SURPRISAL_CHROMIUM: chromePath, OUTPUT: output } = process.env;

/** What is wrong, as lines; none when all is well. */
function faults({ audits, categories, runtimeError }) {
  if (runtimeError) return [`no report: ${runtimeError.message}`];
  const found = [];
  const say = (id) => {
    const { title, displayValue, details } = audits[id];
    const places = (details?.items ?? []).map((item) => item.node?.snippet ?? item.url ?? item.description ?? "").filter(Boolean);
    found.push([`${id}: ${title}`, displayValue, ...places.slice(0, 5)].filter(Boolean).join(" · "));
  };
  for (const name of WHOLE) {
    const { auditRefs } = categories[name];
    auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1).forEach(({ id }) => say(id));
  }
  const shift = audits["cumulative-layout-shift"].numericValue;
  if (!(shift <= SHIFT)) found.push(`layout shift ${shift}, more than ${SHIFT}`);
  for (const id of FILES) {
    if (!audits[id]) found.push(`${id}: there is no such audit any more`);
    else if (audits[id].score !== null && audits[id].score < PASSED) say(id);
  }
  return found;
}

async function report(port, url) {
  const flags = { port, output: "html", logLevel: "error", maxWaitForLoad: 120_000, onlyCategories: ["performance", ...WHOLE] };
  const { lhr, report: html } = await lighthouse(url, flags, desktopConfig);
  return { lhr, html };
}

/** A page in which each thing that is judged is wrong: were it not found, nothing would be. */
const WRONG = `<html><head></head><body><button></button><p style="color:#ddd">pale</p><div id="late"></div><p>moves</p>${"<p>more</p>".repeat(400)}
  <script>console.error("wrong"); setTimeout(() => { document.getElementById("late").style.height = "400px"; }, 800);</script></body></html>`;
const EXPECTED = [/^button-name: /, /^color-contrast: /, /^doctype: /, /^errors-in-console: /, /^layout shift /, /^uses-text-compression: /];

async function wrongPage() {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/" ? 200 : 404, { "content-type": "text/html" }).end(request.url === "/" ? WRONG : "");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

async function storedRun() {
  const sample = readFileSync(new URL("../public/samples/completions-small.json", import.meta.url));
  const answer = await fetch(`${base}/api/runs?name=sample.json`, { method: "POST", body: sample });
  if (!answer.ok) throw new Error(`the sample was not stored: ${await answer.text()}`);
  return (await answer.json()).id;
}

const run = await storedRun();
mkdirSync(output, { recursive: true });
const browser = await chrome.launch({
  chromePath,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update"],
});
const wrong = await wrongPage();
let failed = false;
try {
  for (const [name, url] of [["first page", `${base}/`], ["run", `${base}/runs/${run}`]]) {
    const { lhr, html } = await report(browser.port, url);
    writeFileSync(path.join(output, `${name.replace(" ", "-")}.html`), html);
    const score = (category) => Math.round((lhr.categories[category]?.score ?? 0) * 100);
    const shift = lhr.audits["cumulative-layout-shift"].numericValue ?? NaN;
    console.log(
      `${name}: accessibility ${score("accessibility")}, best practices ${score("best-practices")}, layout shift ${shift.toFixed(3)}; performance ${score("performance")} on this machine (not judged)`,
    );
    for (const line of faults(lhr)) {
      failed = true;
      console.log(`  FAULT ${line}`);
    }
  }
  const found = faults((await report(browser.port, wrong.url)).lhr);
  const missed = EXPECTED.filter((pattern) => !found.some((line) => pattern.test(line)));
  if (missed.length) {
    failed = true;
    console.log(`  FAULT in a page that has them all, these were not found: ${missed.join(", ")}. Found: ${found.join("; ")}`);
  }
} finally {
  wrong.server.close();
  browser.kill();
}
process.exit(failed ? 1 : 0);
