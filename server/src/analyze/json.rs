//! One line of JSON per file, for programs.
use super::{Analysis, Unreadable};
use api::BoardProblem;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// One line. Fields are only ever added.
#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a str,
    /// `null` when the file could not be opened.
    format: Option<&'a str>,
    container: Option<&'a str>,
    /// `ok`, `doubts`, `partial` or `nothing`.
    severity: &'a str,
    bytes: u64,
    sequences: u64,
    scored_sequences: u64,
    tokens: u64,
    scored_tokens: u64,
    missing_tokens: u64,
    censored_tokens: u64,
    invalid_tokens: u64,
    perplexity_overall: Option<f64>,
    probability_overall: Option<f64>,
    perplexity_median: Option<f64>,
    perplexity_tokens: Option<f64>,
    probability_tokens: Option<f64>,
    /// With the number of their sequences.
    models: Vec<Model<'a>>,
    problems: Vec<Problem<'a>>,
}

#[derive(Debug, Serialize)]
struct Model<'a> {
    name: &'a str,
    sequences: u64,
}

/// One place of a problem. Of a frequent problem only the first places are listed; `count` counts all.
#[derive(Debug, Serialize)]
struct Problem<'a> {
    code: &'a str,
    level: &'a str,
    count: u64,
    /// From 1; `null` when the problem has no place.
    record: Option<u64>,
    /// From 1.
    line: Option<u64>,
    /// From 0.
    byte: Option<u64>,
    message: Cow<'a, str>,
}

pub(super) fn write(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let summary = &analysis.summary;
    let totals = &summary.totals;
    let known = |name: &String| !name.is_empty();
    let line = Line {
        file: &analysis.file,
        format: known(&summary.format).then_some(&summary.format),
        container: known(&summary.container).then_some(&summary.container),
        severity: if known(&summary.severity) {
            &summary.severity
        } else {
            "nothing"
        },
        bytes: summary.size,
        sequences: totals.sequences,
        scored_sequences: totals.scored_sequences,
        tokens: totals.tokens,
        scored_tokens: totals.scored_tokens,
        missing_tokens: totals.missing_tokens,
        censored_tokens: totals.censored_tokens,
        invalid_tokens: totals.invalid_tokens,
        perplexity_overall: totals.perplexity_overall,
        probability_overall: totals.probability_overall,
        perplexity_median: totals.perplexity_median,
        perplexity_tokens: totals.perplexity_tokens,
        probability_tokens: totals.probability_tokens,
        models: summary
            .models
            .iter()
            .map(|(name, sequences)| Model {
                name,
                sequences: *sequences,
            })
            .collect(),
        problems: failure(analysis.failure.as_ref())
            .chain(summary.problems.iter().flat_map(places))
            .collect(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

fn failure(failure: Option<&Unreadable>) -> impl Iterator<Item = Problem<'_>> {
    failure.into_iter().map(
        |Unreadable {
             code,
             message,
             byte,
         }| Problem {
            code,
            level: "error",
            count: 1,
            record: None,
            line: None,
            byte: *byte,
            message: Cow::from(message),
        },
    )
}

fn places(problem: &BoardProblem) -> Vec<Problem<'_>> {
    let at = |record, line, byte, message| Problem {
        code: &problem.code,
        level: &problem.level,
        count: problem.count,
        record,
        line,
        byte,
        message,
    };
    if problem.places.is_empty() {
        return vec![at(None, None, None, Cow::from(&problem.sentence))];
    }
    problem
        .places
        .iter()
        .map(|(record, line, byte, _, detail)| {
            // The sentence of a single place has its detail in it already.
            let message = match problem.count {
                0 | 1 => Cow::from(&problem.sentence),
                _ if detail.is_empty() => Cow::from(&problem.sentence),
                _ => Cow::from(format!("{} Here: {detail}.", problem.sentence)),
            };
            at(Some(*record), Some(*line), Some(*byte), message)
        })
        .collect()
}
