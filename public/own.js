// Loaded when somebody opens a model from their own disk: keeps the worker in which it computes, and answers as the server does.
let files;
let worker;
let waiting = new Map();
let last = 0;

function end(message) {
  worker?.terminate();
  worker = undefined;
  const all = waiting;
  waiting = new Map();
  for (const take of all.values()) take({ failed: message, broken: true });
}

function start() {
  worker = new Worker("/own-worker.js", { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.number === undefined) return end(data.failed);
    const take = waiting.get(data.number);
    if (data.broken) {
      worker.terminate();
      worker = undefined;
    }
    if (!data.event) waiting.delete(data.number);
    take?.(data);
  };
  worker.onerror = ({ message }) => end(message ?? "The engine could not be started.");
}

function send(message, take) {
  last += 1;
  waiting.set(last, take);
  worker.postMessage({ ...message, number: last });
  return last;
}

function read() {
  return new Promise((resolve, reject) => {
    send({ files }, ({ opened, failed, broken }) => {
      if (opened) return resolve(opened);
      reject(broken ? `The model could not be read, perhaps for want of memory: ${failed}` : failed);
    });
  });
}

// Reads a model, in the place of the one before. Gives its entry as JSON; fails with a sentence.
export async function open(list) {
  end("Another model was opened.");
  files = [...list];
  start();
  return read();
}

// Gives the memory back.
export function close() {
  files = undefined;
  end("Closed.");
}

// As the server answers `POST /api/generate` or `/api/score`.
export function ask(judges, body, signal) {
  const stopped = () => new Response(null, { status: 499 });
  if (signal.aborted) return stopped();
  if (!worker) {
    // It was stopped, or has broken.
    start();
    read().catch(() => {});
  }
  const encoder = new TextEncoder();
  return new Promise((resolve) => {
    let out;
    const begin = () => {
      const stream = new ReadableStream({ start: (controller) => (out = controller) });
      resolve(new Response(stream, { headers: { "content-type": "text/event-stream" } }));
    };
    const tell = (event) => out.enqueue(encoder.encode(`data: ${event}\n\n`));
    const number = send({ judges, body }, ({ event, failed, broken }) => {
      if (failed !== undefined && !out && !broken) {
        return resolve(new Response(failed, { status: 400, headers: { "content-type": "application/json" } }));
      }
      if (!out) begin();
      if (event) return tell(event);
      if (failed !== undefined) {
        tell(JSON.stringify({ event: "error", code: "internal", message: `The model failed: ${failed}. What had arrived is here.` }));
      }
      out.close();
    });
    signal.addEventListener("abort", () => {
      if (!waiting.delete(number)) return;
      end("Stopped.");
      if (out) out.error(new DOMException("Stopped.", "AbortError"));
      else resolve(stopped());
      // The next question finds the model read.
      if (!files) return;
      start();
      read().catch(() => {});
    });
  });
}
