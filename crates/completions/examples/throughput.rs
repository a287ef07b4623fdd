//! How fast is the importer? `cargo run --release -p completions --example throughput [MEGABYTES]`.
//!
//! Reads a generated file of JSON Lines with five alternatives per token, with bytes, in chunks of 4 MiB, and compares with
//! `serde_json::Value` of the same lines. Times on a shared machine are rough: look at the ratio.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a measurement, not a product"
)]
use completions::{Importer, Limits};
use std::fmt::Write;
use std::time::Instant;

/// A small generator of pseudo-random numbers, always the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn logprob(&mut self) -> f64 {
        -((self.next() % 1_000_000_007) as f64) / 1e8
    }
}

fn token(out: &mut String, random: &mut Random) {
    let words = [
        " the",
        "a",
        " model",
        "ing",
        " zażółć",
        ",",
        "\\n",
        " tokens",
    ];
    let word = words[usize::try_from(random.next() % 8).unwrap()];
    let bytes: Vec<u8> = word.replace("\\n", "\n").into_bytes();
    let value = f64::from(random.logprob() as f32);
    write!(out, "\"token\":\"{word}\",\"logprob\":{value},\"bytes\":[").unwrap();
    for (nth, byte) in bytes.iter().enumerate() {
        write!(out, "{}{byte}", if nth == 0 { "" } else { "," }).unwrap();
    }
    out.push(']');
}

fn generate(bytes: usize) -> String {
    let mut random = Random(42);
    let mut out = String::with_capacity(bytes + 200_000);
    let mut id = 0;
    while out.len() < bytes {
        id += 1;
        write!(out, "{{\"id\":\"c{id}\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m\",\"choices\":[{{\"index\":0,\"message\":{{\"role\":\"assistant\",\"content\":null}},\"logprobs\":{{\"content\":[").unwrap();
        for nth in 0..200 {
            out.push_str(if nth == 0 { "{" } else { ",{" });
            token(&mut out, &mut random);
            out.push_str(",\"top_logprobs\":[");
            for top in 0..5 {
                out.push_str(if top == 0 { "{" } else { ",{" });
                token(&mut out, &mut random);
                out.push('}');
            }
            out.push_str("]}");
        }
        out.push_str("],\"refusal\":null},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":200,\"total_tokens\":209}}\n");
    }
    out
}

fn main() {
    let megabytes = std::env::args()
        .nth(1)
        .and_then(|arg| arg.parse().ok())
        .unwrap_or(50);
    let file = generate(megabytes * 1_000_000);
    let rate = |start: Instant| file.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
    for _ in 0..3 {
        let start = Instant::now();
        let mut importer = Importer::new(Limits::default());
        file.as_bytes()
            .chunks(4 << 20)
            .for_each(|chunk| importer.push(chunk));
        let import = importer.finish();
        let ours = rate(start);
        let start = Instant::now();
        let mut keys = 0;
        for line in file.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            keys += value.as_object().map_or(0, serde_json::Map::len);
        }
        let theirs = rate(start);
        println!(
            "{} tokens: importer {ours:.0} MB/s, serde_json::Value {theirs:.0} MB/s, {:.1} times ({keys} keys)",
            import.metrics.counts.total,
            ours / theirs
        );
    }
}
