//! Answers as a record of completions: one line, which everything here reads that reads completions.
use crate::answer::{Answer, finish, float};
use crate::{effective, listed};
use decoding::Sequence;
use engine::Model;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the line.
pub fn write(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &record(answer))?;
    writeln!(out)
}

/// The record, with everything that is needed to have the same answers again, and how long they took.
pub fn record(answer: &Answer<'_>) -> Value {
    let sequences = &answer.generation.sequences;
    let written: usize = sequences.iter().map(|one| one.tokens.len()).sum();
    let choices = (0..).zip(sequences);
    let choices: Vec<Value> = choices
        .map(|(index, one)| choice(answer, index, one))
        .collect();
    let mut record = json!({
        "id": format!("cmpl-{}", ulid::Ulid::new()),
        "object": "text_completion",
        "created": now(),
        "model": answer.name,
        "prompt": answer.prompt.text(),
        "choices": choices,
        "usage": {
            "prompt_tokens": answer.begin.len(),
            "completion_tokens": written,
            "total_tokens": answer.begin.len() + written,
        },
        "parameters": effective::parameters(answer.settings, answer.begin.len()),
        "drawn": answer.drawn(),
        "engine": engine(answer.model),
        // As llama.cpp says it.
        "timings": answer.timings,
    });
    if answer.prefix > 0 {
        let prefix = answer.prefix_text();
        if let Some(prompt) = answer
            .prompt
            .text()
            .filter(|_| answer.model.start().is_none())
        {
            record["prompt"] = json!(format!("{prompt}{prefix}"));
        }
        record["prefix"] = json!(prefix);
    }
    record
}

/// Seconds since 1970.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> u64 {
    use std::time::{SystemTime, UNIX_EPOCH};
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}

/// Seconds since 1970.
#[cfg(target_arch = "wasm32")]
pub fn now() -> u64 {
    (js_sys::Date::now() / 1000.0) as u64
}

/// Who computed: probabilities depend on it.
pub fn engine(model: &Model) -> Value {
    json!({
        "name": "surprisal",
        "version": env!("CARGO_PKG_VERSION"),
        "architecture": model.architecture(),
        "weights": model.format(),
        "sha256": model.hash(),
    })
}

fn choice(answer: &Answer<'_>, index: usize, sequence: &Sequence) -> Value {
    let tokens = sequence.tokens.iter();
    let content: Vec<_> = tokens.map(|one| listed::token(answer.model, one)).collect();
    json!({
        "index": index,
        "text": answer.text_of(sequence).unwrap_or_default(),
        "logprobs": { "content": content },
        "finish_reason": finish(sequence.finish),
        "score": sequence.score.map(float),
    })
}
