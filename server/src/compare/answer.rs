//! What is said of two runs, as plain data.
use super::pair::Shown;
use crate::again::Again;
use analysis::compare::{Comparison, Measure, Side, bootstrap};
use serde::Serialize;

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) a: Run,
    pub(super) b: Run,
    /// `prompt`, `label`, `id` or `place`.
    pub(super) paired_by: &'static str,
    pub(super) pairs: usize,
    /// Groups of pairs that are independent of each other: prompts, labels, ids or places. Of one alone the pairs are.
    pub(super) units: usize,
    /// Sequences without a partner.
    pub(super) only_a: usize,
    pub(super) only_b: usize,
    /// Pairs with the same bytes.
    pub(super) same_texts: usize,
    /// Bytes in front of the place where the others part, in the middle.
    pub(super) median_fork_byte: Option<u32>,
    /// Pairs of which the same bytes are cut into other tokens.
    pub(super) other_tokens: usize,
    pub(super) differences: Vec<Difference>,
    pub(super) interval: Method,
    /// Those that differ most.
    pub(super) shown: Vec<Shown>,
}

/// One of the two.
#[derive(Debug, Serialize)]
pub(super) struct Run {
    pub(super) name: String,
    pub(super) sequences: usize,
    pub(super) models: Vec<String>,
}

/// What differs in one measure. The values are those of the pairs that have it on both sides.
#[derive(Debug, Serialize)]
pub(super) struct Difference {
    pub(super) measure: &'static str,
    #[serde(skip)]
    pub(super) of: Measure,
    pub(super) pairs: u32,
    pub(super) a: Option<f64>,
    pub(super) b: Option<f64>,
    /// B − A, and the interval around it.
    pub(super) difference: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
}

/// How intervals are computed.
#[derive(Debug, Serialize)]
pub(super) struct Method {
    pub(super) method: &'static str,
    pub(super) level: f64,
    pub(super) resamples: usize,
    pub(super) seed: u64,
}

impl Answer {
    pub(super) fn new(
        names: (&str, &str),
        (a, b): (&Side<'_>, &Side<'_>),
        comparison: &Comparison,
        (again_a, again_b): (&mut Again<'_>, &mut Again<'_>),
        pairs: usize,
    ) -> Self {
        let order = comparison.by_change(a, b);
        let shown = order.into_iter().take(pairs).filter_map(|index| {
            let pair = comparison.pairs.get(index as usize)?;
            Shown::new((a, b), (again_a, again_b), index, pair)
        });
        Self {
            a: Run::new(names.0, a),
            b: Run::new(names.1, b),
            paired_by: comparison.rule.name(),
            pairs: comparison.pairs.len(),
            units: comparison.units(),
            only_a: comparison.only_a.len(),
            only_b: comparison.only_b.len(),
            same_texts: comparison.same_texts(),
            median_fork_byte: comparison.median_fork(),
            other_tokens: comparison.other_tokens(),
            differences: comparison.differences.iter().map(Into::into).collect(),
            interval: Method {
                method: "paired bootstrap, percentiles",
                level: bootstrap::LEVEL,
                resamples: bootstrap::RESAMPLES,
                seed: bootstrap::SEED,
            },
            shown: shown.collect(),
        }
    }
}

impl Run {
    fn new(name: &str, side: &Side<'_>) -> Self {
        Self {
            name: name.to_owned(),
            sequences: side.sequences.len(),
            models: models(side),
        }
    }
}

/// The models of a side, in order of appearance.
fn models(side: &Side<'_>) -> Vec<String> {
    let mut models: Vec<String> = Vec::new();
    for sequence in side
        .sequences
        .iter()
        .filter_map(|&index| side.sequence(index))
    {
        let name = side.columns.model_of(sequence);
        if !name.is_empty() && !models.iter().any(|known| known == name) {
            models.push(name.to_owned());
        }
    }
    models
}

impl From<&analysis::compare::Difference> for Difference {
    fn from(known: &analysis::compare::Difference) -> Self {
        Self {
            measure: known.measure.name(),
            of: known.measure,
            pairs: known.pairs,
            a: known.a,
            b: known.b,
            difference: known.difference,
            low: known.interval.map(|interval| interval.low),
            high: known.interval.map(|interval| interval.high),
        }
    }
}
