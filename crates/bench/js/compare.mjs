// Lets the sides take turns on the same bytes.
//
//   node --expose-gc compare.mjs check MODULE PROGRAM FILE…        all sides agree on every file, whatever the chunks
//   node --expose-gc compare.mjs time PAIRS MODULE PROGRAM FILE    times; prints lines
//     pair COMPARISON CPU WALL CPU WALL                            milliseconds of the first side, then of the second
//
// MODULE is the importer for WebAssembly, PROGRAM the native `bench`. Nothing is timed before the figures agree.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { argv, cpuUsage, exit, stderr } from "node:process";
import { Baseline } from "./baseline.mjs";

const CHUNK = 1 << 20; // as the worker reads
const COUNTS = 13; // figures that must be equal; the others may differ by rounding
const CLOSE = 1e-9;

function baseline(bytes, chunk = CHUNK) {
  const side = new Baseline();
  for (let at = 0; at < bytes.length; at += chunk) side.push(bytes.subarray(at, at + chunk));
  return side.finish();
}

/** The importer in WebAssembly; each run has a fresh instance, as each file has in the browser. */
function webAssembly(module) {
  return (bytes, chunk = CHUNK) => {
    const { memory, room, push, finish } = new WebAssembly.Instance(module).exports;
    for (let at = 0; at < bytes.length; at += chunk) {
      const piece = bytes.subarray(at, at + chunk);
      const start = room(piece.length) >>> 0;
      new Uint8Array(memory.buffer, start, piece.length).set(piece);
      push(piece.length);
    }
    const start = finish() >>> 0;
    return [...new Float64Array(memory.buffer, start, FIGURES)];
  };
}
const FIGURES = 18;

/** A native process that reads the file once and then runs whatever side it is asked for. */
class Native {
  constructor(program, file) {
    this.process = spawn(program, ["serve", file], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }
  async run(side) {
    this.process.stdin.write(`${side}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`the native side stopped at ${side}`);
    const [cpu, wall, ...figures] = value.split(" ").map(Number);
    return { cpu, wall, figures };
  }
  close() {
    this.process.stdin.end();
  }
}

function agree(what, expected, found) {
  const different = expected.findIndex((value, nth) => {
    const room = nth < COUNTS ? 0 : CLOSE * Math.abs(value);
    return !(Math.abs(value - found[nth]) <= room);
  });
  if (expected.length === FIGURES && found.length === FIGURES && different < 0) return;
  throw new Error(`${what}: figure ${different} is ${found[different]} instead of ${expected[different]}`);
}

async function check(file, bytes, module, native) {
  const expected = (await native.run("importer")).figures;
  if (!(expected[0] > 0 && expected[2] > 0)) throw new Error(`${file} has no tokens`);
  agree(`${file}: serde_json`, expected, (await native.run("serde")).figures);
  agree(`${file}: the baseline`, expected, baseline(bytes));
  agree(`${file}: WebAssembly`, expected, webAssembly(module)(bytes));
  if (bytes.length <= 4 << 20) {
    agree(`${file}: the baseline in pieces`, expected, baseline(bytes, 9973));
    agree(`${file}: WebAssembly in pieces`, expected, webAssembly(module)(bytes, 9973));
  }
}

async function measured(work) {
  globalThis.gc?.();
  const [cpu, wall] = [cpuUsage(), performance.now()];
  work();
  const took = performance.now() - wall;
  const { user, system } = cpuUsage(cpu);
  return { cpu: (user + system) / 1e3, wall: took };
}

async function time(pairs, file, bytes, module, native) {
  const sides = {
    baseline: () => measured(() => baseline(bytes)),
    wasm: () => measured(() => webAssembly(module)(bytes)),
    native: () => native.run("importer"),
    serde: () => native.run("serde"),
  };
  for (const [first, second] of [["baseline", "wasm"], ["serde", "native"], ["wasm", "native"]]) {
    for (let pair = -1; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [first, second] : [second, first];
      const took = {};
      for (const side of order) took[side] = await sides[side]();
      const [one, other] = [took[first], took[second]];
      // The first pair only warms up.
      if (pair >= 0) console.log(`pair ${first}/${second} ${one.cpu} ${one.wall} ${other.cpu} ${other.wall}`);
    }
  }
}

async function main([command, ...rest]) {
  const pairs = command === "time" ? Number(rest.shift()) : 0;
  const [path, program, ...files] = rest;
  if (!["check", "time"].includes(command) || files.length === 0) throw new Error("see the beginning of compare.mjs");
  const module = new WebAssembly.Module(await readFile(path));
  for (const file of files) {
    const bytes = new Uint8Array(await readFile(file));
    const native = new Native(program, file);
    await check(file, bytes, module, native);
    if (command === "time") await time(pairs, file, bytes, module, native);
    else console.log(`equal ${file}`);
    native.close();
  }
}

try {
  await main(argv.slice(2));
} catch (error) {
  stderr.write(`${error.message}\n`);
  exit(1);
}
