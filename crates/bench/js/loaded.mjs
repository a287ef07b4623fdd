// What a loaded file is like to handle: scrolling and filtering on a page of the site that shows one.

const STEPS = 100;
/** Texts, tokens and figures of sequences; each one has another answer than the one before. */
const QUERIES = ["er", "p<0.01", "seq.ppl>2", "p<0.001", "ing", "seq.ppl<1.5 p<0.1"];
const LAST = 0.95;

/** Scrolls with the wheel, sometimes far: what script, style and layout took for a step (95th percentile, ms), and the most nodes. */
export async function scroll(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const spent = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
    return 1000 * (of("ScriptDuration") + of("LayoutDuration") + of("RecalcStyleDuration"));
  };
  const pictures = () => page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const { width, height } = page.viewportSize();
  await page.mouse.move(width / 2, height / 2);
  const steps = [];
  let nodes = 0;
  for (let step = 0; step < STEPS; step++) {
    const before = await spent();
    await page.mouse.wheel(0, step % 10 === 9 ? 100_000 : 300 + 70 * (step % 10));
    await pictures();
    steps.push((await spent()) - before);
    nodes = Math.max(nodes, await page.evaluate(() => document.querySelectorAll("*").length));
  }
  await session.detach();
  steps.sort((one, other) => one - other);
  return { step: steps[Math.ceil(LAST * STEPS) - 1], nodes };
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
