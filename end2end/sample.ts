// The bundled sample, read on its own: what the page has to show of it.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export const SAMPLE = path.join(__dirname, "../public/samples/completions-small.json");

/** A public file of another project that lies beside the checkout, when it does. */
export const REFERENCE = path.join(__dirname, "../../shared/corpus/radicalbit/text-generation.json");
export const referenceIsThere = existsSync(REFERENCE);

/** What the boards show: each time the mean over the answers, then the value over all tokens. */
export type Boards = { sentences: string; perplexity: [string, string]; probability: [string, string] };
// Both computed from the files by other programs than ours.
export const SAMPLE_BOARDS: Boards = { sentences: "22", perplexity: ["5.13", "3.63"], probability: ["0.565", "0.539"] };
export const REFERENCE_BOARDS: Boards = { sentences: "7", perplexity: ["1.22", "1.41"], probability: ["0.896", "0.833"] };

/** The bytes of a token; null where the server did not write them. */
type Token = { token: string; logprob: number; bytes: number[] | null; top_logprobs: { logprob: number }[] };

export type Answer = {
  /** From 1, as on the screen. */
  number: number;
  model: string;
  /** The text that the record states. */
  text: string;
  /** The text that the bytes of the tokens give. */
  spelled: string;
  tokens: Token[];
  probability: number;
  perplexity: number;
};

export function answersOf(file: string): Answer[] {
  const completions = JSON.parse(readFileSync(file, "utf8"));
  const choices = completions.flatMap((one: { model: string; choices: object[] }) =>
    one.choices.map((choice) => ({ ...choice, model: one.model })),
  );
  return choices.map((choice: any, index: number): Answer => {
    const tokens: Token[] = choice.logprobs.content;
    const mean = (of: (token: Token) => number) => tokens.reduce((sum, token) => sum + of(token), 0) / tokens.length;
    return {
      number: index + 1,
      model: choice.model,
      text: choice.message.content,
      spelled: Buffer.from(tokens.flatMap(({ token, bytes }) => bytes ?? [...Buffer.from(token)])).toString(),
      tokens,
      probability: mean(({ logprob }) => Math.exp(logprob)),
      perplexity: Math.exp(-mean(({ logprob }) => logprob)),
    };
  });
}

export const answers = answersOf(SAMPLE);

/** Answers with a token that contains the word, as the filter of the page sees it: upper and lower case are the same. */
export function answersWith(word: string): Answer[] {
  const has = ({ token }: Token) => token.toLowerCase().includes(word.toLowerCase());
  return answers.filter(({ tokens }) => tokens.some(has));
}

/** Three significant digits, as the page writes them. */
export const sig3 = (value: number) => `${Number(value.toPrecision(3))}`;

export function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
