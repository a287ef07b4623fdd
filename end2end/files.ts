// Files that the tests make up.
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";

/** A file for the picker. */
export function inMemory(name: string, content: string | Buffer) {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(content) };
}

/** A completion whose tokens are these words, with falling probabilities. */
export function completion(model: string, words: string[]): object {
  return {
    id: `chatcmpl-${model}-${words.length}`,
    object: "chat.completion",
    created: 1_733_397_507,
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: words.join("") },
        logprobs: { content: words.map((token, at) => ({ token, logprob: -at / 10, bytes: [...Buffer.from(token)], top_logprobs: [] })) },
        finish_reason: "stop",
      },
    ],
  };
}

export function jsonLines(...records: object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Server-sent events of one streamed completion. */
export function events(model: string, words: string[]): string {
  const chunk = (delta: object, logprobs: object | null, finish_reason: string | null) => ({
    id: `chatcmpl-${model}`,
    object: "chat.completion.chunk",
    created: 1_733_397_507,
    model,
    choices: [{ index: 0, delta, logprobs, finish_reason }],
  });
  const chunks = [
    chunk({ role: "assistant", content: "" }, null, null),
    ...words.map((token, at) =>
      chunk({ content: token }, { content: [{ token, logprob: -at / 10, bytes: [...Buffer.from(token)], top_logprobs: [] }] }, null),
    ),
    chunk({}, null, "stop"),
  ];
  return `${chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("")}data: [DONE]\n\n`;
}

/** A zip archive whose members are not compressed. */
export function zip(members: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(members)) {
    const data = Buffer.from(text);
    // Version, flags, method, time and date; then the sum, both sizes, and the lengths of name and extra field.
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc32(data), 10);
    head.writeUInt32LE(data.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), head, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), head, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, list, Buffer.from("PK\x05\x06"), end]);
}

/** Two files with something of every level to report. */
export function severalOdd() {
  const odd: any = completion("m", ["a", "b", "c"]);
  odd.choices[0].logprobs.content[1].logprob = -9999;
  const cut: any = completion("m", ["The", " end", " is", " missing"]);
  cut.choices[0].finish_reason = "length";
  return [
    inMemory("first/of/several/long-names/answers-of-the-first-model.jsonl", `${jsonLines(completion("m", ["x"]), odd)}{"broken": tru\n`),
    inMemory("second.jsonl", jsonLines(completion("n", ["y", " z"]), cut, odd, odd, odd)),
  ];
}

/** Writes a folder with these files, at any depth, and removes it after the use. */
export async function withFolder(files: Record<string, string | Buffer>, use: (folder: string) => Promise<void>) {
  const above = mkdtempSync(path.join(tmpdir(), "surprisal-"));
  try {
    const folder = path.join(above, "answers");
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    await use(folder);
  } finally {
    rmSync(above, { recursive: true });
  }
}

/** Writes JSON Lines of about this many bytes into a new folder, and removes it after the use. */
export async function withLargeFile(bytes: number, use: (file: string, lines: number) => Promise<void>) {
  const folder = mkdtempSync(path.join(tmpdir(), "surprisal-"));
  try {
    const file = path.join(folder, "large.jsonl");
    await use(file, writeLarge(file, bytes));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const WORDS = " the of and a to in is you that it he was for on are as with his they I at be this have from".match(/ \w+/g)!;

/** Always the same lines: answers of 20 to 300 tokens, five alternatives each. */
function writeLarge(file: string, bytes: number): number {
  const random = seeded(7);
  // Few different lines, written often: what takes long is reading them, and that does not know it.
  const lines = Array.from({ length: 200 }, () => `${JSON.stringify(longCompletion(random))}\n`);
  const out = openSync(file, "w");
  let written = 0;
  let count = 0;
  while (written < bytes) {
    const block = Array.from({ length: 50 }, () => lines[Math.floor(random() * lines.length)]);
    written += writeSync(out, block.join(""));
    count += block.length;
  }
  closeSync(out);
  return count;
}

function longCompletion(random: () => number): object {
  const length = 20 + Math.floor(random() * 280);
  const tokens = Array.from({ length }, () => {
    const alternatives = Array.from({ length: 5 }, (_, rank) => {
      const token = WORDS[Math.floor(random() * WORDS.length)];
      return { token, logprob: -(random() + rank) * 1.5, bytes: [...Buffer.from(token)] };
    });
    return { ...alternatives[random() < 0.8 ? 0 : 1], top_logprobs: alternatives };
  });
  const record: any = completion("large-model", []);
  record.choices[0].message.content = tokens.map(({ token }) => token).join("");
  record.choices[0].logprobs.content = tokens;
  return record;
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A picture of 8 by 8 pixels. */
const PICTURE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAGUlEQVR42mNwSzmBFTEA8Z2Hv9DQYJDAigDtw4o1MNvlHAAAAABJRU5ErkJggg==";

/** Six generations of two models as JSON Lines: text, code, JSON with a schema, a picture, and two more on other days. */
export function generations(tag: string): string {
  const schema = { type: "object", required: ["total"], properties: { city: { type: "string" } }, additionalProperties: true };
  const record = (nth: number, model: string, type: string, prompt: string, content: string, more: object = {}) => ({
    id: `${tag}-${nth}`,
    timestamp: `2025-03-0${1 + (nth % 4)}T1${nth}:00:00Z`,
    model: { id: model, name: model, provider: "test" },
    input: { type: "text", content: prompt, tokens: 10 },
    output: { type, content, tokens: 10 * (nth + 1) },
    usage: { promptTokens: 10, completionTokens: 10 * (nth + 1), totalTokens: 10 * (nth + 2), cost: 0.01 * (nth + 1), currency: "USD" },
    performance: { latency: 100 * (nth + 1), timeToFirstToken: 50, tokensPerSecond: 40 },
    metadata: { tags: [tag], userId: nth % 2 ? "ann" : "bob", traceId: `4bf92f${nth}`, requestId: `req-${nth}` },
    finishReason: nth === 5 ? "length" : "stop",
    ...more,
  });
  const code = 'def mean(values: list[float]) -> float:\n    """The arithmetic mean."""\n    total = sum(values)  # of all\n    return total / len(values) if values else 0.0';
  return jsonLines(
    record(0, "gpt-4o", "text", "Say hello to the people of Räk.", "Hello, people of Räk! It is a fine day, and the sea is calm."),
    record(1, "gpt-4o", "code", "Write a function for the mean.", `\`\`\`python\n${code}\n\`\`\``, { parameters: { temperature: 0.2 } }),
    record(2, "llama-3", "json", "Where was it, and how much?", JSON.stringify({ city: 7, items: [{ name: "Tea", price: 3.2 }, { name: "Cake", price: 4 }], paid: true, note: null }), {
      parameters: { temperature: 0, response_format: { type: "json_schema", json_schema: { name: "bill", schema } } },
    }),
    record(3, "llama-3", "image", "Draw a square.", PICTURE),
    record(4, "gpt-4o", "text", "What is this?", "<b>Bold</b> & \u202egnp.exe \u001b[31mred", {
      feedback: { rating: 3, userId: "somebody" },
    }),
    record(5, "llama-3", "text", "Count to a thousand.", "one, two, three, four, five, six, seven, eight, nine, ten, eleven"),
  );
}
