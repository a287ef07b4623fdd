// Prints the dump of examples/bits built for wasm32: node bits.mjs <file.wasm>
import { readFile } from "node:fs/promises";
import { argv, exit, stderr, stdout } from "node:process";

if (argv.length !== 3) {
  stderr.write("usage: node bits.mjs <file.wasm>\n");
  exit(2);
}
const { instance } = await WebAssembly.instantiate(await readFile(argv[2]), {});
const { memory, dump_start, dump_length } = instance.exports;
const [start, length] = [dump_start() >>> 0, dump_length() >>> 0];
// Only now: computing the dump has grown the memory, which detaches buffers taken before.
stdout.write(new Uint8Array(memory.buffer, start, length));
