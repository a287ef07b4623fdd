//! The values that colour a run where the probabilities of its tokens are not enough: what their alternatives say, the values of
//! words, sentences and lines, and values relative to their text. This is the one place that defines them; [`Lens::about`] says it
//! in words.
use crate::position::Position;
use crate::scale::{Histogram, Lens, Quantity, Unit};
use crate::select::text_of;
use crate::units;
use completions::{Columns, Sequence, SequenceDetail};
use metrics::alternatives::Alternatives;
use metrics::{Status, Sum, num};

/// Stands for a token without a value. Values themselves are at least 0.
pub const MISSING: f32 = -1.0;
/// Stands for one below what the server reports.
pub const CENSORED: f32 = -2.0;

/// A value that was handed out; `None` for a token without one, negative for one below what the server reports.
pub fn value_of(given: f32) -> Option<f64> {
    (given >= 0.0 || given <= CENSORED).then_some(f64::from(given))
}

/// The most doubtful of several values; one below what the server reports is more doubtful than all others.
pub fn worst(lens: Lens, values: &[f32]) -> f32 {
    let known = values.iter().copied().filter(|value| *value != MISSING);
    let worst = known.reduce(|one, other| match one.min(other) {
        least if least < 0.0 => least,
        _ => lens.worse(one, other),
    });
    worst.unwrap_or(MISSING)
}

/// What the alternatives of all tokens say, 16 bytes a token. They are not in the columns: records are read for it.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    rank: Vec<f32>,
    share: Vec<f32>,
    entropy: Vec<f32>,
    margin: Vec<f32>,
    /// Per sequence: its alternatives were read.
    read: Vec<bool>,
    unread: usize,
}

impl Listed {
    /// Nothing was read. Sequences without tokens need not be.
    pub fn new(columns: &Columns) -> Self {
        let empty = || vec![MISSING; columns.logprob.len()];
        let read: Vec<bool> = columns
            .sequences
            .iter()
            .map(|sequence| sequence.n_tokens == 0)
            .collect();
        Self {
            rank: empty(),
            share: empty(),
            entropy: empty(),
            margin: empty(),
            unread: read.iter().filter(|read| !**read).count(),
            read,
        }
    }

    /// How many sequences are still to be read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// Those among them, ascending.
    pub fn to_read(&self) -> impl Iterator<Item = u32> {
        let all = (0_u32..).zip(&self.read);
        all.filter_map(|(sequence, read)| (!read).then_some(sequence))
    }

    /// The record of a sequence was read; `None` when it cannot be.
    pub fn take(&mut self, columns: &Columns, index: u32, detail: Option<&SequenceDetail>) {
        let Some(sequence) = columns.sequences.get(index as usize) else {
            return;
        };
        let Some(read) = self.read.get_mut(index as usize).filter(|read| !**read) else {
            return;
        };
        *read = true;
        self.unread = self.unread.saturating_sub(1);
        let tokens = detail.map_or(&[][..], |detail| &detail.tokens);
        let mut listed = Alternatives::default();
        let known = |value: Option<f64>| value.map_or(MISSING, |value| value as f32);
        for (at, token) in range(sequence).zip(tokens) {
            let position = Position::of(token, &mut listed);
            let rank = position.rank().map(|rank| f64::from(rank.rank));
            let share = match token.status {
                Status::Censored => CENSORED,
                _ => known(position.share()),
            };
            for (column, value) in [
                (&mut self.rank, known(rank)),
                (&mut self.share, share),
                (
                    &mut self.entropy,
                    known(position.entropy().map(|(least, _)| least)),
                ),
                (&mut self.margin, known(position.margin())),
            ] {
                if let Some(place) = column.get_mut(at) {
                    *place = value;
                }
            }
        }
    }

    /// The values of one quantity; `None` for one that the columns have.
    fn column(&self, quantity: Quantity) -> Option<&[f32]> {
        match quantity {
            Quantity::Probability | Quantity::Surprisal => None,
            Quantity::Rank => Some(&self.rank),
            Quantity::Share => Some(&self.share),
            Quantity::Entropy => Some(&self.entropy),
            Quantity::Margin => Some(&self.margin),
        }
    }

    /// The alternatives of a sequence were read, or there is no such sequence.
    pub fn is_read(&self, sequence: u32) -> bool {
        self.read.get(sequence as usize).copied().unwrap_or(true)
    }
}

/// The values of all tokens of a run under one lens, 4 bytes a token, and how they are spread.
#[derive(Debug, Clone)]
pub struct Shade {
    lens: Lens,
    /// All tokens of a unit have its value.
    values: Vec<f32>,
    histogram: Histogram,
}

impl Shade {
    /// The values of all sequences that are known by now; the others follow with [`Shade::fill`].
    pub fn new(lens: Lens, columns: &Columns, listed: &Listed) -> Self {
        let mut shade = Self {
            lens,
            values: vec![MISSING; columns.logprob.len()],
            histogram: Histogram::new(lens),
        };
        for index in (0..).take(columns.sequences.len()) {
            if !lens.quantity.is_listed() || listed.is_read(index) {
                shade.fill(columns, listed, index);
            }
        }
        shade
    }

    /// Of which lens.
    pub fn lens(&self) -> Lens {
        self.lens
    }

    /// How the values of units are spread: each one counts once.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }

    /// The values of the tokens of a sequence.
    pub fn of_sequence(&self, sequence: &Sequence) -> &[f32] {
        self.values.get(range(sequence)).unwrap_or_default()
    }

    /// The values of a sequence are known by now. Once for each.
    pub fn fill(&mut self, columns: &Columns, listed: &Listed, index: u32) {
        let Some(sequence) = columns.sequences.get(index as usize) else {
            return;
        };
        let lens = self.lens;
        let (text, ends) = text_of(columns, sequence);
        let starts = units::starts(lens.unit, text, ends);
        let ends = starts.iter().skip(1).copied().chain([ends.len()]);
        let spans: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
        let first = range(sequence).start;
        let column = listed.column(lens.quantity);
        let mut values: Vec<f32> = spans
            .iter()
            .map(|&(from, to)| match column {
                Some(column) => worst(
                    lens,
                    column.get(first + from..first + to).unwrap_or_default(),
                ),
                None => of_unit(columns, lens, first + from..first + to),
            })
            .collect();
        if lens.relative {
            compare(lens.quantity, &mut values);
        }
        for (&(from, to), value) in spans.iter().zip(values) {
            match value_of(value) {
                None => self.histogram.missing += 1,
                Some(value) if value < 0.0 => self.histogram.censored += 1,
                Some(value) => self.histogram.count(lens, value),
            }
            if let Some(places) = self.values.get_mut(first + from..first + to) {
                places.fill(value);
            }
        }
    }
}

/// Where the tokens of a sequence are in the columns.
fn range(sequence: &Sequence) -> std::ops::Range<usize> {
    let first = usize::try_from(sequence.first_token).unwrap_or(usize::MAX);
    first..first.saturating_add(sequence.n_tokens as usize)
}

/// Probability or surprisal of a unit: of a word the joint one, of a sentence or line the mean.
fn of_unit(columns: &Columns, lens: Lens, tokens: std::ops::Range<usize>) -> f32 {
    let mut sum = Sum::default();
    for token in tokens {
        match columns.status(token as u64) {
            Status::Censored => return CENSORED,
            Status::Missing => {}
            Status::Scored | Status::Clamped | Status::Invalid => {
                sum.extend(columns.logprob.get(token).copied().map(f64::from));
            }
        }
    }
    let logprob = match lens.unit {
        _ if sum.count() == 0 => return MISSING,
        Unit::Token | Unit::Word => sum.value(),
        Unit::Sentence | Unit::Line => sum.mean().unwrap_or_default(),
    };
    let value = match lens.quantity {
        Quantity::Surprisal => 0.0 - logprob / num::LN_2,
        _ => num::exp(logprob),
    };
    value as f32
}

/// Puts in place of each value the share of all of them that is as doubtful or more.
fn compare(quantity: Quantity, values: &mut [f32]) {
    let absolute = Lens {
        quantity,
        ..Lens::default()
    };
    let mut sorted: Vec<f32> = values
        .iter()
        .copied()
        .filter(|value| *value >= 0.0)
        .collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let censored = values.iter().filter(|value| **value <= CENSORED).count();
    let all = (sorted.len() + censored) as f64;
    for value in values.iter_mut().filter(|value| **value >= 0.0) {
        let doubtful = if absolute.is_doubt() {
            sorted.len() - sorted.partition_point(|other| other < value)
        } else {
            sorted.partition_point(|other| other <= value)
        };
        *value = ((doubtful + censored) as f64 / all) as f32;
    }
}
