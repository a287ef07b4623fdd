//! Paths and values as text for people, or as lines of JSON.
use crate::analyze::output::clean;
use analysis::paths::{Kind, Row, Table, Value};
use completions::Columns;
use metrics::format::{count, counted, percent};
use serde::Serialize;
use std::io::{self, Write};

/// Characters of a value that are shown.
const SHOWN: usize = 40;

/// A path.
#[derive(Debug, Serialize)]
struct PathLine<'a> {
    path: &'a str,
    answers: u32,
    values: u32,
    /// Kind and number of values, the commonest first.
    kinds: Vec<(&'static str, u32)>,
    distinct: u32,
    commonest: &'a str,
    commonest_count: u32,
    /// Values of which all tokens have a probability.
    scored: u32,
    mean_probability: Option<f64>,
    least_probability: Option<f64>,
    least: Option<&'a str>,
    least_path: Option<&'a str>,
    /// From 1.
    least_sequence: Option<u32>,
    weakest_token: Option<f64>,
}

/// A value.
#[derive(Debug, Serialize)]
struct ValueLine<'a> {
    /// From 1.
    sequence: u32,
    path: &'a str,
    kind: &'static str,
    value: String,
    /// The answer does not end before the value does.
    whole: bool,
    probability: Option<f64>,
    /// From 0.
    first_token: u32,
    tokens: u32,
    weakest_token: Option<f64>,
    weakest_position: Option<u32>,
}

pub(super) fn lines(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    for row in &table.rows {
        let least = row.least.as_ref();
        let line = PathLine {
            path: &row.path,
            answers: row.answers,
            values: row.values,
            kinds: row
                .kinds
                .iter()
                .map(|&(kind, count)| (kind.name(), count))
                .collect(),
            distinct: row.distinct,
            commonest: &row.commonest.0,
            commonest_count: row.commonest.1,
            scored: row.scored,
            mean_probability: row.mean_probability,
            least_probability: least.map(|least| least.probability),
            least: least.map(|least| least.text.as_str()),
            least_path: least.map(|least| least.path.as_str()),
            least_sequence: least.map(|least| least.sequence + 1),
            weakest_token: row.weakest,
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

pub(super) fn table(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    let mut first = format!(
        "JSON in {} of {}",
        count(table.with_json.into()),
        counted(table.answers.into(), "answer", "answers")
    );
    if table.cut > 0 {
        first += &format!(", {} cut off within a value", count(table.cut.into()));
    }
    writeln!(out, "{first}.\n")?;
    let paths = table.rows.iter().map(|row| shown(&row.path));
    let width = paths
        .map(|path| path.chars().count())
        .max()
        .unwrap_or(0)
        .max(4);
    writeln!(
        out,
        "{:<width$}{:>9}{:>9}{:>9}{:>9}  least likely value",
        "path", "answers", "values", "mean", "least"
    )?;
    for row in &table.rows {
        let path = shown(&row.path);
        let line = format!(
            "{path:<width$}{:>9}{:>9}{:>9}{:>9}  {}",
            count(row.answers.into()),
            count(row.values.into()),
            share(row.mean_probability),
            share(row.least.as_ref().map(|least| least.probability)),
            about(row)
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The least likely value, where it is, and what is said most often instead.
fn about(row: &Row) -> String {
    let Some(least) = &row.least else {
        return String::new();
    };
    let mut text = format!("{} in {}", shown(&least.text), least.sequence + 1);
    if row.commonest.1 > 1 && row.commonest.0 != least.text {
        text += &format!(
            "; mostly {} ({})",
            shown(&row.commonest.0),
            count(row.commonest.1.into())
        );
    }
    text
}

pub(super) fn values(
    columns: &Columns,
    values: &[(u32, Value)],
    json: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, value) in values {
        let Some(sequence) = columns.sequences.get(*index as usize) else {
            continue;
        };
        let start = sequence.text_start + u64::from(value.span.start);
        let end = sequence.text_start + u64::from(value.span.end);
        let range = usize::try_from(start).unwrap_or(usize::MAX)
            ..usize::try_from(end).unwrap_or(usize::MAX);
        let text = String::from_utf8_lossy(columns.text.get(range).unwrap_or_default());
        if json {
            let line = ValueLine {
                sequence: index + 1,
                path: &value.path,
                kind: value.kind.name(),
                value: text.into_owned(),
                whole: value.whole,
                probability: value.probability,
                first_token: value.first_token,
                tokens: value.n_tokens,
                weakest_token: value.weakest.map(|(probability, _)| probability),
                weakest_position: value.weakest.map(|(_, token)| token),
            };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
            continue;
        }
        let text = match value.kind {
            Kind::Text if !text.is_empty() && &text != "\"\"" => format!("\"{}\"", shown(&text)),
            _ => shown(&text),
        };
        let end = if value.whole { "" } else { " (cut off)" };
        let weakest = match value.weakest {
            Some((probability, token)) if value.n_tokens > 1 => {
                format!("  weakest token {token}, {}", percent(probability))
            }
            _ => String::new(),
        };
        writeln!(
            out,
            "{:>8}  {}:{}  {text}{end}{weakest}",
            share(value.probability),
            index + 1,
            shown(&value.path)
        )?;
    }
    Ok(())
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), percent)
}

/// The beginning of a text on one line; nothing in it speaks to the terminal.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    clean(&shown.replace('\n', "⏎").replace('\t', "⇥"))
}
