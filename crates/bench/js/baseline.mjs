// The frozen rival: what the figures cost in JavaScript, written as well as we can. One file, no dependencies, for Node and
// browsers. A test pins its checksum; only a faster one may take its place, in a commit that gives both times.
//
// Lines are found and decoded one by one: decoding whole chunks and cutting the text takes a fifth longer, cutting it
// with `split` as well. An object is dropped as soon as its figures are taken.
//
// Left out, though the importer does it: columns, the comparison with the stated text, duplicates, damaged lines, other
// formats. So its speed is that of the least that gives the figures.

const NEWLINE = 10;
const OPENING = 91;
const FLOOR = -9999;
const ROUNDING = 1e-3;

/** Takes a file in pieces (`push`), then gives its figures (`finish`), in the order of `Figures::NAMES`. */
export class Baseline {
  #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come yet. */
  #rest = [];
  /** An array at the root cannot be read line by line: everything waits for the end. */
  #whole = null;
  #started = false;
  #tally = new Tally();

  push(bytes) {
    if (!this.#started && bytes.length > 0) {
      this.#started = true;
      if (bytes[0] === OPENING) this.#whole = [];
    }
    if (this.#whole !== null) {
      this.#whole.push(this.#decoder.decode(bytes, { stream: true }));
      return;
    }
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#line(bytes.subarray(start, end));
      start = end + 1;
    }
    if (start < bytes.length) this.#rest.push(bytes.slice(start));
  }

  finish() {
    if (this.#whole !== null) {
      const text = this.#whole.join("") + this.#decoder.decode();
      this.#whole = null;
      const records = JSON.parse(text);
      for (let nth = 0; nth < records.length; nth++) this.#tally.record(records[nth]);
    } else {
      this.#line(new Uint8Array(0));
    }
    return this.#tally.figures();
  }

  #line(bytes) {
    let line = bytes;
    if (this.#rest.length > 0) {
      line = joined([...this.#rest, bytes]);
      this.#rest = [];
    }
    if (line.length > 0) this.#tally.record(JSON.parse(this.#decoder.decode(line)));
  }
}

function joined(pieces) {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

class Tally {
  sequences = 0;
  tokens = 0;
  scored = 0;
  missing = 0;
  censored = 0;
  clamped = 0;
  invalid = 0;
  low = 0;
  middle = 0;
  high = 0;
  notListed = 0;
  overfull = 0;
  logprobs = 0;
  tokenProbabilities = 0;
  perplexities = 0;
  probabilities = 0;
  values = [];

  record(record) {
    const choices = record.choices;
    for (let nth = 0; nth < choices.length; nth++) this.sequence(choices[nth].logprobs.content);
  }

  sequence(content) {
    let scored = 0;
    let logprobs = 0;
    let probabilities = 0;
    for (let nth = 0; nth < content.length; nth++) {
      const token = content[nth];
      let logprob = token.logprob;
      if (logprob === null) {
        this.missing++;
      } else if (logprob <= FLOOR) {
        this.censored++;
        this.low++;
      } else {
        if (logprob > 0) {
          this.clamped++;
          if (logprob > ROUNDING) this.invalid++;
          logprob = 0;
        }
        const probability = Math.exp(logprob);
        scored++;
        logprobs += logprob;
        probabilities += probability;
        if (probability <= 0.33) this.low++;
        else if (probability <= 0.66) this.middle++;
        else this.high++;
      }
      const listed = token.top_logprobs;
      if (listed.length > 0) {
        const name = token.token;
        let mass = 0;
        let found = false;
        for (let place = 0; place < listed.length; place++) {
          const other = listed[place];
          if (other.logprob > FLOOR) mass += Math.exp(other.logprob);
          if (other.token === name) found = true;
        }
        if (mass > 1.001) this.overfull++;
        if (!found) this.notListed++;
      }
    }
    this.sequences++;
    this.tokens += content.length;
    if (scored > 0) {
      const perplexity = Math.exp(-logprobs / scored);
      this.perplexities += perplexity;
      this.values.push(perplexity);
      this.probabilities += probabilities / scored;
      this.scored += scored;
      this.logprobs += logprobs;
      this.tokenProbabilities += probabilities;
    }
  }

  figures() {
    const count = this.values.length;
    return [
      this.sequences,
      count,
      this.tokens,
      this.scored,
      this.missing,
      this.censored,
      this.clamped,
      this.invalid,
      this.low,
      this.middle,
      this.high,
      this.notListed,
      this.overfull,
      this.perplexities / count,
      median(this.values),
      Math.exp(-this.logprobs / this.scored),
      this.probabilities / count,
      this.tokenProbabilities / this.scored,
    ];
  }
}

function median(values) {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[sorted.length >> 1];
  const lower = sorted.length % 2 === 1 ? upper : sorted[(sorted.length >> 1) - 1];
  return (lower + upper) / 2;
}
