//! One line of JSON for each input, for programs.
use crate::analyze::{condition::Verdict, input::Unreadable, read::Analysis};
use api::{BoardProblem, RunSummary, Totals};
use serde::Serialize;
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// One line. Keys are only ever added.
#[derive(Debug, Serialize)]
struct Line<'a> {
    /// As the person typed it, or as it was found below a folder.
    file: &'a str,
    /// `unrecognised` when nothing could be read.
    format: &'a str,
    /// `null` when nothing could be read.
    container: Option<&'a str>,
    /// `ok`, `doubts`, `partial` or `nothing`.
    severity: &'a str,
    bytes: u64,
    records: u64,
    evidence: &'a [String],
    #[serde(flatten)]
    totals: &'a Totals,
    /// With the number of their sequences.
    models: Vec<Model<'a>>,
    problems: Vec<Case<'a>>,
    /// `null` without `--fail-if`.
    fail_if: Option<Judged<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Model<'a> {
    name: &'a str,
    sequences: u64,
}

/// One place of a problem.
#[derive(Debug, Serialize)]
struct Case<'a> {
    code: &'a str,
    /// `info`, `warn` or `error`.
    level: &'a str,
    /// Of all cases of the problem; only the first places are listed.
    count: u64,
    /// From 1; `null` when the problem has no place.
    record: Option<u64>,
    /// From 1.
    line: Option<u64>,
    /// From 0.
    byte: Option<u64>,
    /// From 0.
    sequence: Option<u64>,
    message: Cow<'a, str>,
    remedy: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Judged<'a> {
    expression: &'a str,
    held: bool,
    /// Names in it that have no value.
    undefined: &'a [&'static str],
}

/// The models of a run.
pub(super) fn models(summary: &RunSummary) -> Vec<Model<'_>> {
    let models = summary.models.iter().map(|(name, sequences)| Model {
        name,
        sequences: *sequences,
    });
    models.collect()
}

/// What came of the condition.
pub(super) fn judged(verdict: &Verdict) -> Judged<'_> {
    Judged {
        expression: &verdict.text,
        held: verdict.held,
        undefined: &verdict.undefined,
    }
}

/// The line of a run of one input.
pub(in crate::analyze) fn write(
    analysis: &Analysis,
    verdict: Option<&Verdict>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let import = &analysis.import;
    let report = &import.report;
    let summary = RunSummary::of_import(import, "", report.bytes, 0);
    let failures = analysis
        .failures()
        .map(|(part, failure)| unread(failure, part.bytes));
    let line = Line {
        file: analysis.inputs.first().map_or("", |part| &part.name),
        format: &summary.format,
        container: (!summary.container.is_empty()).then_some(&summary.container),
        severity: &summary.severity,
        bytes: report.bytes,
        records: report.records,
        evidence: &summary.evidence,
        totals: &summary.totals,
        models: models(&summary),
        problems: failures
            .chain(summary.problems.iter().flat_map(cases))
            .collect(),
        fail_if: verdict.map(judged),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

/// An input that could not be read, or not to its end.
fn unread(failure: &Unreadable, bytes: u64) -> Case<'_> {
    Case {
        code: failure.code,
        level: "error",
        count: 1,
        record: None,
        line: None,
        byte: (bytes > 0).then_some(bytes),
        sequence: None,
        message: Cow::from(&failure.message),
        remedy: "",
    }
}

fn cases(problem: &BoardProblem) -> Vec<Case<'_>> {
    let case = |message| Case {
        code: &problem.code,
        level: &problem.level,
        count: problem.count,
        record: None,
        line: None,
        byte: None,
        sequence: None,
        message,
        remedy: &problem.remedy,
    };
    let sentence = &problem.sentence;
    if problem.places.is_empty() {
        return vec![case(Cow::from(sentence))];
    }
    let places = problem.places.iter();
    let places = places.map(|(record, line, byte, sequence, detail)| Case {
        record: Some(*record),
        line: Some(*line),
        byte: Some(*byte),
        sequence: *sequence,
        // The sentence of a single case has its detail in it already.
        ..case(match problem.count {
            0 | 1 => Cow::from(sentence),
            _ if detail.is_empty() => Cow::from(sentence),
            _ => Cow::from(format!("{sentence} Here: {detail}.")),
        })
    });
    places.collect()
}
