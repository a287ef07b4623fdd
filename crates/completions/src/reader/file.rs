//! The file as a whole: formats, evidence, and what only shows at the end.
use super::Reader;
use super::fingerprint::Fingerprints;
use super::room::Room;
use crate::columns::flags_of;
use crate::containers::Position;
use crate::formats;
use crate::record::draft::{Dialect, Saw};
use crate::record::{CompletionDraft, Draft};
use crate::report::Code;
use crate::{Columns, FormatId, Level, Problem};
use metrics::{Mark, Reading, RunMetrics};

/// Completions by format, in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Formats {
    tallies: Vec<Tally>,
    dialects: Vec<Dialect>,
    layers: Vec<&'static str>,
}

#[derive(Debug)]
struct Tally {
    format: FormatId,
    completions: u64,
    evidence: &'static str,
}

impl Formats {
    /// One more completion.
    pub(super) fn count(&mut self, draft: &Draft, completion: &CompletionDraft) {
        let format = completion.format;
        match self.tallies.iter_mut().find(|tally| tally.format == format) {
            Some(tally) => tally.completions += 1,
            None => self.tallies.push(Tally {
                format,
                completions: 1,
                evidence: completion
                    .head
                    .evidence
                    .unwrap_or_else(|| evidence(draft, completion)),
            }),
        }
        let dialect = completion.head.dialect;
        let known = |dialect: &Dialect| {
            self.dialects
                .iter()
                .any(|known| known.server == dialect.server)
        };
        if let Some(dialect) = dialect.filter(|dialect| !known(dialect)) {
            self.dialects.push(dialect);
        }
    }

    /// A record of this format that has no completion.
    pub(super) fn without(&mut self, format: FormatId, evidence: Option<&'static str>) {
        if !self.tallies.iter().any(|tally| tally.format == format) {
            self.tallies.push(Tally {
                format,
                completions: 0,
                evidence: evidence.unwrap_or("told by its keys"),
            });
        }
    }

    /// What a record was wrapped in.
    pub(super) fn layers(&mut self, layers: &[&'static str]) {
        for &layer in layers {
            if !self.layers.contains(&layer) {
                self.layers.push(layer);
            }
        }
    }

    /// The formats and how many completions there are of each.
    pub(super) fn counts(&self) -> impl Iterator<Item = (FormatId, u64)> {
        let tallies = self.tallies.iter();
        tallies.map(|tally| (tally.format, tally.completions))
    }

    /// More completions of a format that is there.
    pub(super) fn add(&mut self, format: FormatId, completions: u64) {
        let mut tallies = self.tallies.iter_mut();
        if let Some(tally) = tallies.find(|tally| tally.format == format) {
            tally.completions += completions;
        }
    }

    /// The servers that were told by their keys.
    pub(super) fn servers(&self) -> impl Iterator<Item = &'static str> {
        self.dialects.iter().map(|dialect| dialect.server)
    }

    /// What records were wrapped in.
    pub(super) fn layer_names(&self) -> impl Iterator<Item = &'static str> {
        self.layers.iter().copied()
    }

    fn evidence(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .tallies
            .iter()
            .map(|tally| format!("{}: {}", tally.format.name(), tally.evidence))
            .collect();
        lines.extend(
            self.layers
                .iter()
                .map(|layer| format!("{layer}: {}", formats::about_layer(layer))),
        );
        lines.extend(
            self.dialects
                .iter()
                .map(|dialect| format!("{}: {}", dialect.server, dialect.key)),
        );
        lines
    }
}

/// Why a response with `choices` has its format.
fn evidence(draft: &Draft, completion: &CompletionDraft) -> &'static str {
    let choices = &draft.choices[completion.first_choice..completion.end_choice];
    let saw = choices
        .iter()
        .fold(Saw::default(), |saw, choice| saw.or(choice.saw));
    match (saw.delta, saw.message, saw.chat_values, saw.array_values) {
        (true, _, true, _) => "pieces with `choices[].delta` and lists of token objects",
        (true, ..) => "pieces with `choices[].delta`, without values",
        (_, true, true, _) => {
            "`choices[].message`, and `choices[].logprobs` has a list of token objects"
        }
        (_, true, false, true) => {
            "`choices[].message`, and `choices[].logprobs` has parallel arrays"
        }
        (_, true, false, false) => "`choices[].message`, without values",
        (_, false, true, _) => {
            "`choices[].text`, and `choices[].logprobs` has a list of token objects"
        }
        (_, false, false, true) => "`choices[].logprobs` has parallel arrays",
        (_, false, false, false) => "`choices[].text`, without values",
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
    pub(crate) layers: Vec<&'static str>,
}

impl Reader {
    /// The end of the file.
    pub(crate) fn finish(mut self) -> Read {
        // Make room: the median needs some.
        self.fingerprints = Fingerprints::new(Room::ENDLESS);
        let start = Position {
            record: 1,
            byte: 0,
            line: 1,
        };
        let formats: Vec<(FormatId, u64)> = self.formats.counts().collect();
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
            layers: self.formats.layers,
            formats,
        }
    }

    fn mixed(&mut self, code: Code, count: usize, names: String, at: Position) {
        self.log.add_many(code, Level::Info, count as u64, || {
            crate::intake::place(at, names)
        });
    }

    /// Sequences too short to be told by themselves: their values are placeholders because all of the file's are.
    fn withhold(&mut self, format: FormatId) {
        let Some(placeholders) = self.run.placeholders(format) else {
            return;
        };
        self.log.add_at(
            Code::AllZero,
            Code::AllZero.texts().level,
            placeholders.sequences,
            placeholders.places,
        );
        let columns = &mut self.columns;
        let missing = Reading::new(None);
        for sequence in &mut columns.sequences {
            let completion = &columns.completions[sequence.completion as usize];
            if completion.format != format || sequence.metrics.counts.scored == 0 {
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
