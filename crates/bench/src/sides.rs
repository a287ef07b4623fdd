//! The sides that are compared natively. All of them read bytes that are in memory, and give [`Figures`].
use crate::Figures;
use completions::{Importer, Limits};
use metrics::policy::FLOOR;
use metrics::{Reading, RunBuilder, SequenceBuilder, num};
use serde::Deserialize;
use std::borrow::Cow;

/// As the worker reads a file.
pub const CHUNK: usize = 1 << 20;

/// The importer, as the worker runs it.
pub fn importer(bytes: &[u8]) -> Figures {
    let mut importer = Importer::new(Limits::default());
    for chunk in bytes.chunks(CHUNK) {
        importer.push(chunk);
    }
    Figures::of_import(&importer.finish())
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    logprobs: Option<Logprobs<'a>>,
}

#[derive(Deserialize)]
struct Logprobs<'a> {
    #[serde(borrow)]
    content: Option<Vec<Token<'a>>>,
}

/// `bytes` is left out, so that `serde_json` passes over it: the figures do not need it.
#[derive(Deserialize)]
struct Token<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
    logprob: Option<f64>,
    #[serde(borrow, default)]
    top_logprobs: Vec<Listed<'a>>,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
    logprob: Option<f64>,
}

/// `serde_json` with typed structs that borrow from the bytes, and the figures by the same crate as the importer's. Columns,
/// the comparison with the stated text and duplicates are left out: the importer does more.
///
/// # Errors
/// Where the file is not one that was generated.
pub fn serde(bytes: &[u8]) -> serde_json::Result<Figures> {
    let mut tally = Tally::default();
    if bytes.first() == Some(&b'[') {
        for record in serde_json::from_slice::<Vec<Record<'_>>>(bytes)? {
            tally.record(&record);
        }
    } else {
        for line in bytes.split(|&byte| byte == b'\n') {
            if !line.is_empty() {
                tally.record(&serde_json::from_slice(line)?);
            }
        }
    }
    Ok(Figures::new(
        &tally.run.metrics(true),
        tally.not_listed,
        tally.overfull,
    ))
}

#[derive(Default)]
struct Tally {
    sequence: SequenceBuilder,
    run: RunBuilder,
    not_listed: u64,
    overfull: u64,
}

impl Tally {
    fn record(&mut self, record: &Record<'_>) {
        for choice in &record.choices {
            let content = choice
                .logprobs
                .as_ref()
                .and_then(|values| values.content.as_ref());
            for token in content.into_iter().flatten() {
                self.sequence.push(Reading::new(token.logprob));
                self.alternatives(token);
            }
            self.run.push(&self.sequence.finish());
        }
    }

    fn alternatives(&mut self, token: &Token<'_>) {
        if token.top_logprobs.is_empty() {
            return;
        }
        let listed = token.top_logprobs.iter();
        let values = listed.clone().filter_map(|listed| listed.logprob);
        let mass: f64 = values.filter(|&value| value > FLOOR).map(num::exp).sum();
        self.overfull += u64::from(mass > 1.001);
        let mut listed = listed;
        self.not_listed += u64::from(!listed.any(|listed| listed.token == token.token));
    }
}
