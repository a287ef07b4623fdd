//! The file as a whole: formats, evidence, and what only shows at the end.
use super::Reader;
use crate::columns::flags_of;
use crate::containers::Position;
use crate::record::Draft;
use crate::report::Code;
use crate::{Columns, FormatId, Level, Problem};
use metrics::{Mark, Reading, RunMetrics};
use std::collections::BTreeMap;

/// Records by format, in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Formats {
    tallies: Vec<Tally>,
    dialects: Vec<&'static str>,
    batch: bool,
}

#[derive(Debug)]
struct Tally {
    format: FormatId,
    records: u64,
    evidence: &'static str,
}

impl Formats {
    /// One more record.
    pub(super) fn count(&mut self, format: FormatId, draft: &Draft) {
        match self.tallies.iter_mut().find(|tally| tally.format == format) {
            Some(tally) => tally.records += 1,
            None => self.tallies.push(Tally {
                format,
                records: 1,
                evidence: evidence(format, draft),
            }),
        }
        if let Some(dialect) = draft
            .dialect
            .filter(|dialect| !self.dialects.contains(dialect))
        {
            self.dialects.push(dialect);
        }
        self.batch |= draft.batch;
    }

    fn evidence(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .tallies
            .iter()
            .map(|tally| format!("{}: {}", tally.format.name(), tally.evidence))
            .collect();
        if self.batch {
            lines.push("Batch output: `custom_id` beside `response.body`".to_owned());
        }
        lines.extend(
            self.dialects
                .iter()
                .map(|dialect| format!("{dialect}: it has keys that only this server writes")),
        );
        lines
    }
}

/// Why a record has this format.
fn evidence(format: FormatId, draft: &Draft) -> &'static str {
    let chat = draft.choices.iter().any(|choice| choice.saw.chat_values);
    let arrays = draft.choices.iter().any(|choice| choice.saw.array_values);
    match (format, chat, arrays) {
        (FormatId::OpenaiChat, true, _) => {
            "`choices[].message`, and `choices[].logprobs` has a list of token objects"
        }
        (FormatId::OpenaiChat, false, true) => {
            "`choices[].message`, and `choices[].logprobs` has parallel arrays"
        }
        (FormatId::OpenaiChat, false, false) => "`choices[].message`, without values",
        (FormatId::OpenaiCompletions, true, _) => {
            "`choices[].text`, and `choices[].logprobs` has a list of token objects"
        }
        (FormatId::OpenaiCompletions, false, true) => "`choices[].logprobs` has parallel arrays",
        (FormatId::OpenaiCompletions, false, false) => "`choices[].text`, without values",
    }
}

/// What a file gives.
pub(crate) struct Read {
    pub(crate) columns: Columns,
    pub(crate) models: Vec<(String, u64)>,
    pub(crate) metrics: RunMetrics,
    pub(crate) problems: Vec<Problem>,
    pub(crate) formats: Vec<(FormatId, u64)>,
    pub(crate) evidence: Vec<String>,
}

impl Reader {
    /// The end of the file.
    pub(crate) fn finish(mut self) -> Read {
        // Make room: the median needs some.
        self.draft = Draft::default();
        self.fingerprints = BTreeMap::new();
        let start = Position {
            record: 1,
            byte: 0,
            line: 1,
        };
        let formats: Vec<(FormatId, u64)> = self
            .formats
            .tallies
            .iter()
            .map(|tally| (tally.format, tally.records))
            .collect();
        for &(format, _) in &formats {
            self.withhold(format);
        }
        if formats.len() > 1 {
            let names: Vec<&str> = formats.iter().map(|(format, _)| format.name()).collect();
            self.mixed(Code::MixedFormats, names.len(), names.join(", "), start);
        }
        if self.columns.models.len() > 1 {
            const SHOWN: usize = 5;
            let count = self.columns.models.len();
            let mut names = self.columns.models[..count.min(SHOWN)].join(", ");
            if count > SHOWN {
                names += &format!(" and {} more", count - SHOWN);
            }
            self.mixed(Code::MixedModels, count, names, start);
        }
        Read {
            metrics: self.run.finish(),
            models: self
                .columns
                .models
                .iter()
                .cloned()
                .zip(self.model_sequences)
                .collect(),
            columns: self.columns,
            problems: self.log.into_problems(),
            evidence: self.formats.evidence(),
            formats,
        }
    }

    fn mixed(&mut self, code: Code, count: usize, names: String, at: Position) {
        self.log
            .add_many(code, Level::Info, count as u64, || super::place(at, names));
    }

    /// Sequences too short to be told by themselves: their values are placeholders because all of the file's are.
    fn withhold(&mut self, format: FormatId) {
        let Some(placeholders) = self.run.placeholders(format) else {
            return;
        };
        self.log
            .add_at(Code::AllZero, placeholders.sequences, placeholders.places);
        let columns = &mut self.columns;
        let missing = Reading::new(None);
        for sequence in &mut columns.sequences {
            let completion = &columns.completions[sequence.completion as usize];
            let record = &columns.records[completion.record as usize];
            if record.format != format || sequence.metrics.counts.scored == 0 {
                continue;
            }
            let first = sequence.first_token as usize;
            let tokens = first..first + sequence.n_tokens as usize;
            columns.logprob[tokens.clone()].fill(0.0);
            columns.flags[tokens.clone()].fill(flags_of(missing, Mark::new(missing)));
            for _ in tokens {
                self.builder.push(missing);
            }
            sequence.metrics = self.builder.finish();
        }
    }
}
