//! What every side must agree on before a time means anything.
use completions::Import;
use metrics::RunMetrics;
use std::fmt;

/// How many figures there are. The first [`COUNTS`] are whole numbers and must be equal; the others are floats.
pub const LEN: usize = 18;
/// How many of them are counts.
pub const COUNTS: usize = 13;

/// The figures of a file, in the order of [`Figures::NAMES`]; NaN is "undefined".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures(pub [f64; LEN]);

impl Figures {
    /// What they are; `js/baseline.mjs` has the same order.
    pub const NAMES: [&'static str; LEN] = [
        "sequences",
        "scored_sequences",
        "tokens",
        "scored",
        "missing",
        "censored",
        "clamped",
        "invalid",
        "low",
        "middle",
        "high",
        "not_listed",
        "overfull",
        "perplexity_mean",
        "perplexity_median",
        "perplexity_by_token",
        "probability_mean",
        "probability_by_token",
    ];

    /// The figures of a run. `not_listed`: tokens that are not among their alternatives; `overfull`: positions whose
    /// alternatives add up to more than 1.001.
    pub fn new(run: &RunMetrics, not_listed: u64, overfull: u64) -> Self {
        let counts = run.counts;
        let [low, middle, high] = run.bands;
        let whole = [
            run.n_sequences,
            run.n_scored_sequences,
            counts.total,
            counts.scored,
            counts.missing,
            counts.censored,
            counts.clamped,
            counts.invalid,
            low,
            middle,
            high,
            not_listed,
            overfull,
        ];
        let floats = [
            run.perplexity_mean_of_sequences,
            run.perplexity_median_of_sequences,
            run.perplexity_token_weighted,
            run.probability_mean_of_sequences,
            run.probability_token_weighted,
        ];
        let mut all = [f64::NAN; LEN];
        let values = whole.into_iter().map(|count| count as f64);
        let values = values.chain(floats.into_iter().map(|float| float.unwrap_or(f64::NAN)));
        for (place, value) in all.iter_mut().zip(values) {
            *place = value;
        }
        Self(all)
    }

    /// The figures of an import.
    pub fn of_import(import: &Import) -> Self {
        let count = |code: &str| {
            let problems = import.report.problems.iter();
            problems
                .filter(|problem| problem.code == code)
                .map(|problem| problem.count)
                .sum()
        };
        Self::new(
            &import.metrics,
            count("sampled_not_listed"),
            count("alternatives_mass"),
        )
    }

    /// Why these are not those, if they are not: counts must be equal, floats within 1e-9 of each other.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let pairs = self.0.iter().zip(other.0).zip(Self::NAMES).enumerate();
        for (index, ((&one, other), name)) in pairs {
            let close = index >= COUNTS && (one - other).abs() <= 1e-9 * one.abs();
            let equal = one == other || (one.is_nan() && other.is_nan());
            if !(equal || close) {
                return Some(format!("{name}: {one} and {other}"));
            }
        }
        None
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, value) in self.0.iter().enumerate() {
            write!(f, "{}{value:?}", if nth == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}
