//! From completions to columns: judge, append, report.
//!
//! * [`sequence`] appends one sequence.
//! * [`remarks`] says what is odd about it.
//! * [`completion`] appends the completion around it.
//! * [`run`] folds the figures of the file.
//! * [`fingerprint`] knows which sequences were there before.
//! * [`room`] and [`sorted`] keep what grows with the number of sequences, in files when it is too much.
//! * [`segment`] appends what was read apart from the others.
//! * [`mod@file`] looks at the file as a whole, at the end.
mod completion;
mod file;
mod fingerprint;
mod remarks;
mod room;
mod run;
pub(crate) mod segment;
mod sequence;
mod sorted;

use crate::intake::{CompletionSink, Layer, Origin};
use crate::record::{CompletionDraft, Draft};
use crate::report::{Code, ProblemLog};
use crate::{Columns, Context, FormatId, Limits, Place, RecordSpan};
use metrics::SequenceBuilder;
use room::Room;
use std::collections::BTreeMap;

/// Appends completions to columns.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Sequences that stay in the columns; `None` for all.
    keep: Option<usize>,
    pub(crate) columns: Columns,
    /// Sequences and tokens read, kept or not.
    pub(crate) sequences: u64,
    pub(crate) tokens: u64,
    log: ProblemLog,
    builder: SequenceBuilder,
    pub(crate) run: run::Run,
    /// Model names and their index.
    models: BTreeMap<String, u32>,
    /// Sequences of each model.
    model_sequences: Vec<u64>,
    fingerprints: fingerprint::Fingerprints,
    /// What its sequences are known by, while they are read apart from those before them.
    apart: Option<Vec<segment::Apart>>,
    formats: file::Formats,
    /// One for each completion of the columns, if they are kept.
    pub(crate) contexts: Option<Vec<Context>>,
    /// Lines of Batch input, if contexts are kept.
    pub(crate) requests: Vec<Layer>,
    /// The record of the last completion, and the sequences that it has given: its row may be forgotten.
    last: Option<(RecordSpan, u32)>,
}

impl Reader {
    pub(crate) fn new(limits: Limits, keep: Option<usize>) -> Self {
        // Beside whole columns it is not much.
        let room = keep.map_or(Room::ENDLESS, |_| Room::of(limits));
        Self::within(limits, keep, room)
    }

    fn within(limits: Limits, keep: Option<usize>, room: Room) -> Self {
        Self {
            keep,
            columns: Columns::default(),
            sequences: 0,
            tokens: 0,
            log: ProblemLog::new(limits.places),
            builder: SequenceBuilder::default(),
            run: run::Run::new(limits.places, room),
            models: BTreeMap::new(),
            model_sequences: Vec::new(),
            fingerprints: fingerprint::Fingerprints::new(room),
            apart: None,
            formats: file::Formats::default(),
            contexts: None,
            requests: Vec::new(),
            last: None,
        }
    }

    /// A reader that also keeps what belongs to completions and is in no column.
    pub(crate) fn with_contexts(limits: Limits) -> Self {
        Self {
            contexts: Some(Vec::new()),
            ..Self::within(limits, None, Room::of(limits))
        }
    }

    /// Takes the rows out of the columns; sources and models stay.
    pub(crate) fn forget(&mut self) {
        let columns = std::mem::take(&mut self.columns);
        self.columns = Columns {
            sources: columns.sources,
            models: columns.models,
            ..Columns::default()
        };
        if let Some(contexts) = &mut self.contexts {
            contexts.clear();
        }
        self.requests.clear();
    }
}

impl CompletionSink for Reader {
    fn completion(
        &mut self,
        draft: &Draft,
        completion: &CompletionDraft,
        nth: usize,
        origin: Origin<'_>,
        layers: &[Layer],
    ) {
        self.append_completion(draft, completion, nth, origin, layers);
    }

    fn problem(&mut self, code: Code, count: u64, place: Place) {
        let place = Place {
            source: self.columns.source(),
            ..place
        };
        self.log.add_many(code, code.texts().level, count, || place);
    }

    fn without(&mut self, format: FormatId, evidence: Option<&'static str>, json: &[u8]) {
        self.formats.without(format, evidence);
        if self.contexts.is_some() && format == FormatId::BATCH_REQUEST {
            self.requests.push(json.into());
        }
    }

    fn layers(&mut self, layers: &[&'static str]) {
        self.formats.layers(layers);
    }
}
