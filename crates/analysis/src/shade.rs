//! The values that colour a run where the probabilities of its tokens are not enough: what their alternatives say, the values of
//! words, sentences and lines, and values relative to their text. This is the one place that defines them; [`Lens::about`] says it
//! in words.
mod listed;

pub use listed::Listed;

use crate::scale::{Histogram, Lens, Quantity, Unit};
use crate::select::text_of;
use crate::units;
use completions::{Columns, Sequence, SequenceDetail};
use listed::column_of_one;
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
        let tokens = range(sequence);
        let column = listed.column(self.lens.quantity);
        let column = column.map(|column| column.get(tokens.clone()).unwrap_or_default());
        for (from, to, value) in of_units(self.lens, columns, sequence, column) {
            match value_of(value) {
                None => self.histogram.missing += 1,
                Some(value) if value < 0.0 => self.histogram.censored += 1,
                Some(value) => self.histogram.count(self.lens, value),
            }
            let places = tokens.start + from..tokens.start + to;
            if let Some(places) = self.values.get_mut(places) {
                places.fill(value);
            }
        }
    }
}

/// The values of the tokens of one sequence under a lens, from its record alone: for a text that stands by itself. `detail` is `None`
/// when its record cannot be read.
pub fn of_one(
    lens: Lens,
    columns: &Columns,
    sequence: &Sequence,
    detail: Option<&SequenceDetail>,
) -> Vec<f32> {
    let mut values = vec![MISSING; sequence.n_tokens as usize];
    let column = column_of_one(lens.quantity, detail);
    for (from, to, value) in of_units(lens, columns, sequence, column.as_deref()) {
        if let Some(places) = values.get_mut(from..to) {
            places.fill(value);
        }
    }
    values
}

/// The units of a sequence: their tokens, counted within it, and the value of each. `column` has what the alternatives of its tokens
/// say, for a quantity that needs them.
fn of_units(
    lens: Lens,
    columns: &Columns,
    sequence: &Sequence,
    column: Option<&[f32]>,
) -> Vec<(usize, usize, f32)> {
    let (text, ends) = text_of(columns, sequence);
    let starts = units::starts(lens.unit, text, ends);
    let ends = starts.iter().skip(1).copied().chain([ends.len()]);
    let first = range(sequence).start;
    let value = |from: usize, to: usize| match column {
        Some(column) => worst(lens, column.get(from..to).unwrap_or_default()),
        None => of_unit(columns, lens, first + from..first + to),
    };
    let mut units: Vec<(usize, usize, f32)> = starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(from, to)| (from, to, value(from, to)))
        .collect();
    if lens.relative {
        compare(lens.quantity, &mut units);
    }
    units
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
fn compare(quantity: Quantity, units: &mut [(usize, usize, f32)]) {
    let absolute = Lens {
        quantity,
        ..Lens::default()
    };
    let values = units.iter().map(|(.., value)| *value);
    let censored = values.clone().filter(|value| *value <= CENSORED).count();
    let mut sorted: Vec<f32> = values.filter(|value| *value >= 0.0).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let all = (sorted.len() + censored) as f64;
    for (.., value) in units.iter_mut().filter(|(.., value)| *value >= 0.0) {
        let doubtful = if absolute.is_doubt() {
            sorted.len() - sorted.partition_point(|other| other < value)
        } else {
            sorted.partition_point(|other| other <= value)
        };
        *value = ((doubtful + censored) as f64 / all) as f32;
    }
}
