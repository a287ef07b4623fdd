//! What a condition can ask for. The help is made of this table.
use crate::analyze::read::Analysis;
use completions::Level;

/// A figure of a run.
#[derive(Debug)]
pub struct Name {
    /// As written in a condition.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its value, if it has one.
    pub value: fn(&Analysis) -> Option<f64>,
}

/// There is one of each name.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All of them.
pub fn names() -> &'static [Name] {
    &NAMES
}

const fn name(
    name: &'static str,
    about: &'static str,
    value: fn(&Analysis) -> Option<f64>,
) -> Name {
    Name { name, about, value }
}

static NAMES: [Name; 22] = [
    name(
        "perplexity_overall",
        "mean of the perplexities of the sequences",
        |run| run.import.metrics.perplexity_mean_of_sequences,
    ),
    name(
        "perplexity_median",
        "median of the perplexities of the sequences",
        |run| run.import.metrics.perplexity_median_of_sequences,
    ),
    name("perplexity_tokens", "perplexity over all tokens", |run| {
        run.import.metrics.perplexity_token_weighted
    }),
    name(
        "probability_overall",
        "mean of the probabilities of the sequences",
        |run| run.import.metrics.probability_mean_of_sequences,
    ),
    name(
        "probability_tokens",
        "mean probability over all tokens",
        |run| run.import.metrics.probability_token_weighted,
    ),
    name("sequences", "sequences, scored or not", |run| {
        number(run.import.metrics.n_sequences)
    }),
    name("scored_sequences", "sequences with a scored token", |run| {
        number(run.import.metrics.n_scored_sequences)
    }),
    name(
        "overflow_sequences",
        "sequences with an infinite perplexity",
        |run| number(run.import.metrics.n_overflow),
    ),
    name("tokens", "all tokens", |run| {
        number(run.import.metrics.counts.total)
    }),
    name(
        "scored_tokens",
        "tokens that take part in the means",
        |run| number(run.import.metrics.counts.scored),
    ),
    name("missing", "tokens without a value", |run| {
        number(run.import.metrics.counts.missing)
    }),
    name("censored", "tokens below what the server reports", |run| {
        number(run.import.metrics.counts.censored)
    }),
    name("invalid", "tokens with an impossible value", |run| {
        number(run.import.metrics.counts.invalid)
    }),
    name("low", "tokens in the low band", |run| {
        number(run.import.metrics.bands[0])
    }),
    name("middle", "tokens in the middle band", |run| {
        number(run.import.metrics.bands[1])
    }),
    name("high", "tokens in the high band", |run| {
        number(run.import.metrics.bands[2])
    }),
    name("models", "distinct models", |run| {
        number(run.import.models.len() as u64)
    }),
    name("inputs", "files, streams and stored runs", |run| {
        number(run.inputs.len() as u64)
    }),
    name("bytes", "bytes read", |run| number(run.import.report.bytes)),
    name(
        "problems_error",
        "cases of all problems of level error",
        |run| number(cases(run, Level::Error)),
    ),
    name(
        "problems_warn",
        "cases of all problems of level warn",
        |run| number(cases(run, Level::Warn)),
    ),
    name(
        "problems_info",
        "cases of all problems of level info",
        |run| number(cases(run, Level::Info)),
    ),
];

fn number(count: u64) -> Option<f64> {
    Some(count as f64)
}

fn cases(run: &Analysis, level: Level) -> u64 {
    let problems = run.import.report.problems.iter();
    problems
        .filter(|problem| problem.level == level)
        .map(|problem| problem.count)
        .sum()
}
