// Module worker, and the only hand-written JavaScript of the site. It loads the worker's bundle (crates/reader); the
// handshake is explained in crates/worker. Messages that arrive before the bundle runs are queued here and replayed by
// worker_main, which then takes over onmessage.
const queued = [];
self.onmessage = ({ data }) => queued.push(data);
try {
  const reader = await import("/pkg/reader.js");
  await reader.default({ module_or_path: "/pkg/reader.wasm" });
  reader.worker_main(queued);
} catch (error) {
  self.postMessage({ fatal: String(error) });
}
