//! What a model wrote, as people and programs want it.
use crate::effective;
use crate::prompt::Prompt;
use api::writing::Timings;
use decoding::{Finish, Generation, Sequence, Settings};
use engine::Model;
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    io::{self, Write},
};

/// All answers to one prompt.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Who wrote them.
    pub model: &'a Model,
    /// What it is called.
    pub name: String,
    /// As the person gave it.
    pub prompt: Prompt,
    /// What the answers go on with: the prompt, or the start token of an encoder-decoder; behind it what was given of the
    /// answer already.
    pub begin: Vec<u32>,
    /// Tokens at its end that were given of the answer already.
    pub prefix: usize,
    /// The answers.
    pub generation: Generation,
    /// How they were written.
    pub settings: &'a Settings,
    /// How long it took.
    pub timings: Timings,
}

impl Answer<'_> {
    /// Text for people: answer after answer, with a line between several.
    pub fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let several = self.generation.sequences.len() > 1;
        for (number, sequence) in (1..).zip(&self.generation.sequences) {
            if several {
                let mut heading = format!("--- {number}");
                if let Some(score) = sequence.score {
                    let _ = write!(heading, ", score {score:.4}");
                }
                writeln!(out, "{heading} ---")?;
            }
            match self.text_of(sequence) {
                Some(text) => writeln!(out, "{text}")?,
                None => {
                    let ids: Vec<String> = sequence.ids().iter().map(u32::to_string).collect();
                    writeln!(out, "{}", ids.join(" "))?;
                }
            }
        }
        Ok(())
    }

    /// One object for programs.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let sequences = &self.generation.sequences;
        let each = |value: &dyn Fn(&Sequence) -> Value| -> Vec<Value> {
            sequences.iter().map(value).collect()
        };
        let object = json!({
            "sequences": each(&|sequence| json!([self.begin.as_slice(), &sequence.ids()].concat())),
            "texts": each(&|sequence| json!(self.text_of(sequence))),
            "sequences_scores": self
                .settings
                .mode
                .has_beams()
                .then(|| each(&|sequence| float(sequence.score.unwrap_or(f32::NEG_INFINITY)))),
            "token_logprobs": each(&|sequence| {
                sequence.tokens.iter().map(|token| float(token.logprob)).collect()
            }),
            "finish_reasons": each(&|sequence| json!(finish(sequence.finish))),
            "parameters": effective::parameters(self.settings, self.begin.len()),
            "drawn": self.drawn(),
            "prompt": self.prompt.text(),
            "model": self.name,
            "weights": self.model.format(),
            "architecture": self.model.architecture(),
            "sha256": self.model.hash(),
        });
        serde_json::to_writer(&mut *out, &object)?;
        writeln!(out)
    }

    /// What was written, without the prompt; `None` without a tokenizer.
    pub fn text_of(&self, sequence: &Sequence) -> Option<String> {
        Some(self.model.text()?.decode(&sequence.ids()))
    }

    /// What was given of the answer already, as a text.
    pub fn prefix_text(&self) -> String {
        let ids = self.begin.len().saturating_sub(self.prefix);
        let ids = self.begin.get(ids..).unwrap_or_default();
        let text = self.model.text();
        text.map_or_else(String::new, |text| text.decode(ids))
    }

    /// Seed and generator, to have the same draws again.
    pub fn drawn(&self) -> Value {
        let (seed, generator) = match self.generation.drawn {
            Some(drawn) => drawn,
            None => return Value::Null,
        };
        json!({ "seed": seed, "generator": generator })
    }
}

/// A number of single precision with the digits that it has.
pub fn float(value: f32) -> Value {
    json!(digits(value))
}

/// The same as a number.
pub fn digits(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// As hosted servers say it.
pub fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Eos | Finish::Stop { .. } | Finish::Exhausted => "stop",
        Finish::Length => "length",
        Finish::Cancelled => "abort",
    }
}
