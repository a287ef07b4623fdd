//! All inputs as one run: one JSON document, for programs.
use super::lines::{Judged, Model, judged, models};
use crate::analyze::{condition::Verdict, read::Analysis};
use api::{BoardProblem, RunSummary, Totals};
use completions::Problem;
use export::csv::source;
use serde::Serialize;
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// The document. Keys are only ever added.
#[derive(Debug, Serialize)]
struct Document<'a> {
    /// Of the program.
    version: &'a str,
    /// In the order of the arguments.
    inputs: Vec<Part<'a>>,
    format: &'a str,
    container: &'a str,
    /// `ok`, `doubts`, `partial` or `nothing`.
    severity: &'a str,
    bytes: u64,
    records: u64,
    evidence: &'a [String],
    totals: &'a Totals,
    /// With the number of their sequences.
    models: Vec<Model<'a>>,
    problems: Vec<Case<'a>>,
    /// `null` without `--fail-if`.
    fail_if: Option<Judged<'a>>,
}

#[derive(Debug, Serialize)]
struct Part<'a> {
    name: &'a str,
    bytes: u64,
    sequences: u64,
    /// `null` when it was read to its end.
    error: Option<Failure<'a>>,
}

#[derive(Debug, Serialize)]
struct Failure<'a> {
    /// `cannot_open` or `read_failed`.
    code: &'a str,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct Case<'a> {
    code: &'a str,
    /// `info`, `warn` or `error`.
    level: &'a str,
    count: u64,
    sentence: &'a str,
    remedy: &'a str,
    /// The first ones; `count` counts all.
    places: Vec<At<'a>>,
}

#[derive(Debug, Serialize)]
struct At<'a> {
    /// Name of the input; `ARCHIVE/MEMBER` in an archive.
    source: Cow<'a, str>,
    /// From 1.
    record: u64,
    /// From 1.
    line: u64,
    /// From 0.
    byte: u64,
    /// From 0.
    sequence: Option<u64>,
    detail: &'a str,
}

pub(in crate::analyze) fn write(
    analysis: &Analysis,
    verdict: Option<&Verdict>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let import = &analysis.import;
    let summary = RunSummary::of_import(import, "", import.report.bytes, 0);
    let inputs = analysis.inputs.iter().map(|part| Part {
        name: &part.name,
        bytes: part.bytes,
        sequences: part.sequences,
        error: part.failure.as_ref().map(|failure| Failure {
            code: failure.code,
            message: &failure.message,
        }),
    });
    let problems = summary.problems.iter().zip(&import.report.problems);
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        inputs: inputs.collect(),
        format: &summary.format,
        container: &summary.container,
        severity: &summary.severity,
        bytes: import.report.bytes,
        records: import.report.records,
        evidence: &summary.evidence,
        totals: &summary.totals,
        models: models(&summary),
        problems: problems
            .map(|(board, problem)| case(analysis, board, problem))
            .collect(),
        fail_if: verdict.map(judged),
    };
    serde_json::to_writer(&mut *out, &document)?;
    writeln!(out)
}

fn case<'a>(analysis: &'a Analysis, board: &'a BoardProblem, problem: &'a Problem) -> Case<'a> {
    let places = problem.places.iter().map(|place| At {
        source: source(&analysis.import.columns, place.source),
        record: place.record,
        line: place.line,
        byte: place.byte,
        sequence: place.sequence,
        detail: &place.detail,
    });
    Case {
        code: &board.code,
        level: &board.level,
        count: board.count,
        sentence: &board.sentence,
        remedy: &board.remedy,
        places: places.collect(),
    }
}
