// What a loaded file is like to handle: scrolling and filtering on a page of the site that shows one.

const STEPS = 100;
/** Between two turns of the wheel, ms: as fast as a person turns it. */
const REST = 60;
/** What a trace has to tell. */
const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "disabled-by-default-devtools.timeline.frame", "devtools.timeline.frame", "v8"];
/** Script, style and layout, and what collects their garbage. */
const WORK = new Set(["FunctionCall", "FireAnimationFrame", "TimerFire", "RunMicrotasks", "EventDispatch", "HandlePostMessage", "UpdateLayoutTree", "Layout", "ParseHTML", "v8.callFunction", "MinorGC", "MajorGC"]);
/** Texts, tokens and figures of sequences; each one has another answer than the one before. */
const QUERIES = ["er", "p<0.01", "seq.ppl>2", "p<0.001", "ing", "seq.ppl<1.5 p<0.1"];
const LAST = 0.95;

/**
 * Scrolls with the wheel, sometimes far: processor time of the page's thread for script, style and layout of a picture (95th
 * percentile, ms), and the most nodes. What else runs on the machine is not in it.
 */
export async function scroll(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Tracing.start", { transferMode: "ReturnAsStream", traceConfig: { includedCategories: CATEGORIES } });
  const { width, height } = page.viewportSize();
  await page.mouse.move(width / 2, height / 2);
  let nodes = 0;
  for (let step = 0; step < STEPS; step++) {
    await page.mouse.wheel(0, step % 10 === 9 ? 100_000 : 300 + 70 * (step % 10));
    await page.waitForTimeout(REST);
    nodes = Math.max(nodes, await page.evaluate(() => document.querySelectorAll("*").length));
  }
  const complete = new Promise((ended) => session.once("Tracing.tracingComplete", ended));
  await session.send("Tracing.end");
  const { stream } = await complete;
  let text = "";
  for (let eof = false; !eof; ) {
    const part = await session.send("IO.read", { handle: stream });
    text += part.base64Encoded ? Buffer.from(part.data, "base64").toString() : part.data;
    ({ eof } = part);
  }
  await session.detach();
  const pictures = perPicture(JSON.parse(text).traceEvents);
  return { step: pictures[Math.ceil(LAST * pictures.length) - 1], nodes };
}

/** Milliseconds of each picture in which anything was done, in order of size. */
function perPicture(events) {
  const frames = events.filter(({ name }) => name === "BeginMainThreadFrame");
  if (frames.length < STEPS) throw new Error(`the trace has ${frames.length} pictures for ${STEPS} turns of the wheel`);
  const { pid, tid } = frames[0];
  const work = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && WORK.has(event.name));
  work.sort((one, other) => one.ts - other.ts || other.dur - one.dur);
  const begins = frames.filter((event) => event.pid === pid).map(({ ts }) => ts);
  begins.sort((one, other) => one - other);
  const spent = new Array(begins.length + 1).fill(0);
  let [end, picture] = [0, 0];
  for (const { ts, dur, tdur } of work) {
    if (ts < end) continue; // inside of what was counted
    end = ts + dur;
    while (picture < begins.length && begins[picture] <= ts) picture++;
    spent[picture] += tdur / 1000;
  }
  return spent.filter((time) => time > 0).sort((one, other) => one - other);
}

/** Types queries: how long the slowest answer took from the key to the text that says what was found, ms. */
export async function filter(page) {
  const answers = await page.evaluate(async (queries) => {
    const field = document.querySelector("input[name=q]");
    const found = document.querySelector(".found");
    const took = [];
    for (const query of queries) {
      const before = found.textContent;
      const answered = new Promise((seen) => {
        const watch = new MutationObserver(() => {
          if (found.textContent === before) return;
          watch.disconnect();
          seen(performance.now());
        });
        watch.observe(found, { characterData: true, childList: true, subtree: true });
      });
      const begin = performance.now();
      field.value = query;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      took.push((await answered) - begin);
      await new Promise((rest) => setTimeout(rest, 300));
    }
    return took;
  }, QUERIES);
  return Math.max(...answers);
}
