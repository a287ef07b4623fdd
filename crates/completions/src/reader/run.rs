//! The figures of the run, and the one rule that only the whole file can decide.
//!
//! In a short answer a few zeros are plausible; when every value of a format is 0 they are placeholders. So while all
//! values of a format are 0, the figures are folded twice, with them and without them, and the end picks one. That needs no
//! second look at the tokens, hence the figures are the same bits whether the columns were kept or not.
use super::room::{Perplexities, Room};
use crate::containers::Position;
use crate::record::TokenDraft;
use crate::record::judge::{PLACEHOLDERS, Withheld};
use crate::{FormatId, Place};
use metrics::{Counts, RunFold, RunMetrics, SequenceMetrics};

/// Folds the sequences of a file.
#[derive(Debug)]
pub(crate) struct Run {
    formats: Vec<Values>,
    /// Formats of which all values are 0 so far. Usually there is none.
    suspects: Vec<FormatId>,
    /// One for each way to decide about the suspects: where bit `n` of the index is set, `suspects[n]` is left out.
    builders: Vec<RunFold<Perplexities>>,
    /// Places kept for each suspect.
    places: usize,
}

/// The values of one format, without those that are no log-probabilities at all.
#[derive(Debug)]
struct Values {
    format: FormatId,
    count: u64,
    zeros: u64,
    /// Tokens with alternatives.
    listed: u64,
    /// Sequences with such values, and where the first ones are; empty unless the format is a suspect.
    sequences: u64,
    places: Vec<(Position, u64)>,
}

/// A sequence as [`Run::push`] wants it.
pub(super) struct Pushed<'a, T> {
    pub(super) format: FormatId,
    pub(super) at: Position,
    /// Number of the sequence, from 0.
    pub(super) nth: u64,
    pub(super) tokens: T,
    /// Its values are not used anyway.
    pub(super) withheld: Option<Withheld>,
    pub(super) metrics: &'a SequenceMetrics,
}

/// Sequences whose values turned out to be placeholders.
pub(crate) struct Placeholders {
    pub(super) sequences: u64,
    /// The first of them.
    pub(super) places: Vec<Place>,
}

impl Run {
    /// Keeps so many places for each suspect.
    pub(super) fn new(places: usize, room: Room) -> Self {
        Self {
            formats: Vec::new(),
            suspects: Vec::new(),
            builders: vec![RunFold::keeping(Perplexities::new(room))],
            places,
        }
    }

    /// The next sequence.
    pub(super) fn push<'a>(&mut self, sequence: Pushed<'_, impl Iterator<Item = &'a TokenDraft>>) {
        let Pushed {
            format, metrics, ..
        } = sequence;
        self.weigh(sequence);
        let suspect = self.suspects.iter().position(|&other| other == format);
        let without = SequenceMetrics {
            counts: Counts {
                total: metrics.counts.total,
                missing: metrics.counts.total,
                ..Counts::default()
            },
            ..SequenceMetrics::default()
        };
        for (index, builder) in self.builders.iter_mut().enumerate() {
            let left_out = suspect.is_some_and(|bit| index >> bit & 1 == 1);
            builder.push(if left_out { &without } else { metrics });
        }
    }

    /// Counts the values of a sequence, and whether its format is a suspect now.
    fn weigh<'a>(&mut self, sequence: Pushed<'_, impl Iterator<Item = &'a TokenDraft>>) {
        let format = sequence.format;
        let index = match self.formats.iter().position(|known| known.format == format) {
            Some(index) => index,
            None => {
                self.formats.push(Values::new(format));
                self.formats.len() - 1
            }
        };
        let values = &mut self.formats[index];
        let was_suspect = values.all_zero();
        values.add(sequence, self.places);
        match (was_suspect, values.all_zero()) {
            (false, true) => {
                self.suspects.push(format);
                self.builders.extend_from_within(..);
            }
            (true, false) => self.acquit(format),
            _ => {}
        }
    }

    /// Another value was met: the figures without this format will not be needed.
    fn acquit(&mut self, format: FormatId) {
        if let Some(bit) = self.suspects.iter().position(|&other| other == format) {
            self.suspects.remove(bit);
            let mut index = 0..;
            self.builders.retain(|_| {
                index
                    .next()
                    .is_none_or(|index: usize| index >> bit & 1 == 0)
            });
        }
    }

    /// The figures so far, without the median.
    pub(crate) fn so_far(&self) -> RunMetrics {
        let with_all = self.builders.first();
        with_all.map_or_else(RunMetrics::default, |builder| builder.metrics(false))
    }

    /// What is left out of a format at the end; `None` when its values are used.
    pub(crate) fn placeholders(&self, format: FormatId) -> Option<Placeholders> {
        let values = self.formats.iter().find(|known| known.format == format)?;
        values.placeholders().then(|| Placeholders {
            sequences: values.sequences,
            places: values
                .places
                .iter()
                .map(|&(at, nth)| Place {
                    sequence: Some(nth),
                    ..crate::intake::place(at, "as are all values of the file".to_owned())
                })
                .collect(),
        })
    }

    /// All values of a format are 0 so far: only the end decides whether they are values. Once false after a value, it stays
    /// false.
    pub(crate) fn is_suspect(&self, format: FormatId) -> bool {
        let values = self.formats.iter().find(|known| known.format == format);
        values.is_some_and(Values::all_zero)
    }

    /// The figures at the end.
    pub(super) fn finish(mut self) -> RunMetrics {
        let left_out = |format: &FormatId| {
            let values = self.formats.iter().find(|known| known.format == *format);
            values.is_some_and(Values::placeholders)
        };
        let bits = self.suspects.iter().enumerate();
        let index = bits.fold(0, |index, (bit, format)| {
            index | usize::from(left_out(format)) << bit
        });
        // The others are dropped first: the median needs room.
        let builder = self.builders.swap_remove(index);
        self.builders = Vec::new();
        builder.metrics(true)
    }
}

/// What a segment adds to the values of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Tally {
    count: u64,
    zeros: u64,
    listed: u64,
}

/// A format about which a segment changes nothing that the end of the file will decide.
pub(super) struct Unchanged {
    pub(super) format: FormatId,
}

impl Run {
    /// The values of a format.
    pub(super) fn tally(&self, format: FormatId) -> Tally {
        let values = self.formats.iter().find(|known| known.format == format);
        values.map_or_else(Tally::default, |values| Tally {
            count: values.count,
            zeros: values.zeros,
            listed: values.listed,
        })
    }

    /// Whether a format stays no suspect: another value than 0 was met before, or none comes.
    pub(super) fn unchanged(&self, format: FormatId, more: &Tally) -> Option<Unchanged> {
        let values = self.formats.iter().find(|known| known.format == format);
        let decided = values.is_some_and(|values| values.count > 0 && !values.all_zero());
        let none = values.is_none_or(|values| values.count == 0) && more.count == 0;
        (decided || none).then_some(Unchanged { format })
    }

    /// Counts the values of a segment.
    pub(super) fn add(&mut self, change: &Unchanged, more: &Tally) {
        let mut formats = self.formats.iter_mut();
        if let Some(values) = formats.find(|known| known.format == change.format) {
            values.count += more.count;
            values.zeros += more.zeros;
            values.listed += more.listed;
        }
    }

    /// The next sequence of a segment.
    pub(super) fn push_behind(&mut self, metrics: &SequenceMetrics) {
        self.builders
            .iter_mut()
            .for_each(|builder| builder.push(metrics));
    }
}

impl Values {
    fn new(format: FormatId) -> Self {
        Self {
            format,
            count: 0,
            zeros: 0,
            listed: 0,
            sequences: 0,
            places: Vec::new(),
        }
    }

    fn add<'a>(
        &mut self,
        sequence: Pushed<'_, impl Iterator<Item = &'a TokenDraft>>,
        places: usize,
    ) {
        for token in sequence.tokens {
            self.listed += u64::from(token.alternatives.count > 0);
            if !matches!(sequence.withheld, Some(Withheld::WrongUnits(_))) && !token.raw.is_nan() {
                self.count += 1;
                self.zeros += u64::from(token.raw == 0.0);
            }
        }
        if !self.all_zero() {
            self.places = Vec::new();
        } else if sequence.metrics.counts.scored > 0 {
            self.sequences += 1;
            if self.places.len() < places {
                self.places.push((sequence.at, sequence.nth));
            }
        }
    }

    /// There are values, and nothing speaks against their being placeholders. Once false after a value, it stays false.
    fn all_zero(&self) -> bool {
        self.count > 0 && self.zeros == self.count && self.listed == 0
    }

    /// There are enough of them to be sure.
    fn placeholders(&self) -> bool {
        self.all_zero() && self.count >= PLACEHOLDERS as u64
    }
}
