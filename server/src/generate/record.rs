//! Answers as a record of completions: one line, which everything here reads that reads completions.
//!
//! The log-probabilities are listed as chat completions list them: with the bytes of every token, so that characters of
//! several tokens survive, and alternatives that look alike stay apart.
use super::answer::{Answer, finish, float};
use super::effective;
use decoding::{Sequence, Token};
use serde_json::{Value, json};
use std::{
    io::{self, Write},
    time::{SystemTime, UNIX_EPOCH},
};

/// Writes the line.
pub fn write(answer: &Answer<'_>, out: &mut dyn Write) -> io::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let written: usize = answer
        .generation
        .sequences
        .iter()
        .map(|one| one.tokens.len())
        .sum();
    let choices = (0..).zip(&answer.generation.sequences);
    let choices: Vec<Value> = choices
        .map(|(index, one)| choice(answer, index, one))
        .collect();
    let record = json!({
        "id": format!("cmpl-{}", ulid::Ulid::new()),
        "object": "text_completion",
        "created": now.map_or(0, |now| now.as_secs()),
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
        "engine": {
            "name": "surprisal",
            "version": env!("CARGO_PKG_VERSION"),
            "architecture": answer.model.architecture(),
            "weights": answer.model.format(),
        },
    });
    serde_json::to_writer(&mut *out, &record)?;
    writeln!(out)
}

fn choice(answer: &Answer<'_>, index: usize, sequence: &Sequence) -> Value {
    let tokens = sequence.tokens.iter();
    let content: Vec<Value> = tokens.map(|token| self::token(answer, token)).collect();
    json!({
        "index": index,
        "text": answer.text_of(sequence).unwrap_or_default(),
        "logprobs": { "content": content },
        "finish_reason": finish(sequence.finish),
        "score": sequence.score.map(float),
    })
}

fn token(answer: &Answer<'_>, token: &Token) -> Value {
    let mut written = named(answer, token.id, token.logprob);
    let alternatives = token.alternatives.iter();
    written["top_logprobs"] = alternatives
        .map(|one| named(answer, one.id, one.logprob))
        .collect();
    written
}

/// Without a tokenizer a token has its number for a name, as vLLM writes it.
fn named(answer: &Answer<'_>, id: u32, logprob: f32) -> Value {
    let Some(text) = answer.model.text() else {
        return json!({ "id": id, "token": format!("token_id:{id}"), "logprob": float(logprob) });
    };
    let bytes = text.piece(id);
    let name = text
        .special(id)
        .map_or_else(|| String::from_utf8_lossy(&bytes), Into::into);
    json!({ "id": id, "token": name, "bytes": bytes, "logprob": float(logprob) })
}
