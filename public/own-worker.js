// Module worker, for a model of one's own: loads the bundle in which it computes (crates/scribe) and hands on what is asked and
// what happens. It computes without looking up; own.js ends it to stop it.
const queued = [];
self.onmessage = ({ data }) => queued.push(data);

try {
  const scribe = await import("/pkg/scribe.js");
  await scribe.default({ module_or_path: "/pkg/scribe.wasm" });
  // The hash of the weights, by which records know them: part by part, so that a question does not wait for it.
  const know = () => scribe.read_for_hash() || setTimeout(know);
  const handle = ({ number, files, judges, body }) => {
    try {
      if (files) {
        self.postMessage({ number, opened: scribe.open(files) });
        setTimeout(know);
      } else {
        scribe.ask(judges, body, (event) => self.postMessage({ number, event }));
        self.postMessage({ number, end: true });
      }
    } catch (error) {
      // A text is what is wrong with the question; anything else has broken the module.
      const told = typeof error === "string";
      self.postMessage({ number, failed: told ? error : String(error), broken: !told });
    }
  };
  queued.forEach(handle);
  self.onmessage = ({ data }) => handle(data);
} catch (error) {
  self.postMessage({ failed: `The engine could not be loaded (${error}). Load the page again.`, broken: true });
}
