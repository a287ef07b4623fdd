// Files that the tests make up.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

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
