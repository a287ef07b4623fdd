// Module worker. It loads the worker's bundle (crates/reader); the
// handshake is explained in crates/worker. Messages that arrive before the bundle runs are queued here and replayed by
// worker_main, which then takes over onmessage. A helper is the same but for the module, which its worker sends compiled.
const queued = [];
const isHelper = self.name === "helper";
const compiled = new Promise((resolve) => {
  self.onmessage = ({ data }) => (data.module ? resolve(data.module) : queued.push(data));
});
try {
  const reader = await import("./pkg/reader.js");
  await reader.default({ module_or_path: isHelper ? await compiled : new URL("pkg/reader.wasm", import.meta.url) });
  (isHelper ? reader.helper_main : reader.worker_main)(queued);
} catch (error) {
  self.postMessage({ fatal: String(error) });
}
