//! The answer as text for people, lines of JSON, counts, or the vocabulary.
use crate::again::Again;
use crate::analyze::output::clean;
use crate::cli::Ask;
use analysis::around;
use analysis::query::{Found, Word, facets, vocabulary};
use completions::{Columns, Sequence, TokenDetail};
use metrics::alternatives::Alternatives;
use metrics::format::{count, counted, percent, sig3_or_dash};
use metrics::{Reading, num};
use serde::Serialize;
use std::io::{self, Write};

/// A line of JSON: a token, or a sequence when the query asks nothing of tokens.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Token {
        file: &'a str,
        /// From 1.
        sequence: u32,
        /// From 0.
        position: u32,
        token: String,
        /// `null` when missing or below the server's floor.
        probability: Option<f64>,
        logprob: Option<f64>,
        before: String,
        after: String,
        /// `null` where the file has no alternatives, or the input cannot be read again.
        rank: Option<u32>,
        /// The token is less likely than every listed one: its rank is at least that.
        rank_is_lower_bound: Option<bool>,
        runner_up: Option<String>,
        runner_up_probability: Option<f64>,
    },
    Sequence {
        file: &'a str,
        sequence: u32,
        model: &'a str,
        tokens: u32,
        perplexity: Option<f64>,
        probability: Option<f64>,
        text: String,
    },
}

/// The distinct tokens, a line each.
#[derive(Debug, Serialize)]
struct WordLine {
    token: String,
    count: u64,
    mean_probability: Option<f64>,
    worst_probability: Option<f64>,
    runner_up: Option<String>,
    runner_up_count: Option<u64>,
}

pub(super) fn write(
    ask: &Ask,
    columns: &Columns,
    found: &Found,
    again: &mut Again<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if ask.vocabulary {
        return words(
            ask,
            &vocabulary(columns, found, |sequence| again.detail(sequence)),
            out,
        );
    }
    if ask.count {
        return counts(ask, columns, found, out);
    }
    for hit in &found.hits {
        let Some(sequence) = columns.sequences.get(hit.sequence as usize) else {
            continue;
        };
        let detail = if hit.tokens.is_empty() {
            None
        } else {
            again.detail(hit.sequence)
        };
        for &token in &hit.tokens {
            let detail = detail
                .as_ref()
                .and_then(|detail| detail.tokens.get(token as usize));
            let line = token_line(ask, columns, hit.sequence, sequence, token, detail);
            print(ask, &line, out)?;
        }
        if hit.tokens.is_empty() {
            let line = Line::Sequence {
                file: file_of(columns, sequence),
                sequence: hit.sequence + 1,
                model: columns.model_of(sequence),
                tokens: sequence.n_tokens,
                perplexity: sequence.metrics.perplexity,
                probability: sequence.metrics.mean_prob,
                text: columns.sequence_text(sequence).into_owned(),
            };
            print(ask, &line, out)?;
        }
    }
    if ask.json {
        return Ok(());
    }
    writeln!(out, "{}", sum(columns, found))
}

fn file_of<'a>(columns: &'a Columns, sequence: &Sequence) -> &'a str {
    let source = columns.source_of(sequence);
    let source = source.and_then(|source| columns.sources.get(source as usize));
    source.map_or("", |source| source.member.as_ref().unwrap_or(&source.name))
}

fn token_line<'a>(
    ask: &Ask,
    columns: &'a Columns,
    index: u32,
    sequence: &Sequence,
    token: u32,
    detail: Option<&TokenDetail>,
) -> Line<'a> {
    let at = sequence.first_token + u64::from(token);
    let logprob = usize::try_from(at)
        .ok()
        .and_then(|at| columns.logprob.get(at));
    let kept = logprob
        .map(|logprob| f64::from(*logprob))
        .filter(|_| columns.status(at).is_scored());
    // The value of the file where it was read again, else that of the columns, which have 32 bits.
    let logprob = detail.map_or(kept, |token| kept.map(|_| token.logprob));
    let (before, after) = around(columns, sequence, token, ask.context);
    let mut listed = Alternatives::default();
    let rank = detail.and_then(|token| {
        listed.fill(
            token
                .alternatives
                .iter()
                .map(|alternative| alternative.logprob),
        );
        let reading = Reading {
            status: token.status,
            logprob: token.logprob,
        };
        listed.rank(reading, !token.chosen_is_listed)
    });
    let other = detail.and_then(|token| token.alternatives.iter().find(|other| !other.chosen));
    Line::Token {
        file: file_of(columns, sequence),
        sequence: index + 1,
        position: token,
        token: String::from_utf8_lossy(columns.token_bytes(sequence, token)).into_owned(),
        probability: logprob.map(num::exp),
        logprob,
        before,
        after,
        rank: rank.map(|rank| rank.rank),
        rank_is_lower_bound: rank.map(|rank| rank.is_lower_bound),
        runner_up: other.map(|other| String::from_utf8_lossy(&other.bytes).into_owned()),
        runner_up_probability: other.and_then(|other| other.logprob).map(num::exp),
    }
}

fn print(ask: &Ask, line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    if ask.json {
        serde_json::to_writer(&mut *out, line)?;
        return writeln!(out);
    }
    match line {
        Line::Token {
            file,
            sequence,
            position,
            token,
            probability,
            before,
            after,
            rank,
            rank_is_lower_bound,
            runner_up,
            runner_up_probability,
            ..
        } => {
            let probability = probability.map_or_else(|| "—".to_owned(), percent);
            let rank = rank.map_or_else(String::new, |rank| {
                let least = if *rank_is_lower_bound == Some(true) {
                    "≥ "
                } else {
                    ""
                };
                format!("  rank {least}{rank}")
            });
            let other = runner_up.as_ref().map_or_else(String::new, |text| {
                let probability = runner_up_probability.map_or_else(|| "—".to_owned(), percent);
                format!("  else {} {probability}", shown(text))
            });
            let place = format!("{}:{sequence}:{position}", clean(file));
            let before = pad(&shown(before), ask.context);
            writeln!(
                out,
                "{place}  {probability:>7}  {before}[{}]{}{rank}{other}",
                shown(token),
                shown(after)
            )
        }
        Line::Sequence {
            file,
            sequence,
            tokens,
            perplexity,
            text,
            ..
        } => {
            let beginning: String = text.chars().take(2 * ask.context).collect();
            let rest = if beginning.len() < text.len() {
                "…"
            } else {
                ""
            };
            writeln!(
                out,
                "{}:{sequence}  {}  perplexity {}  {}{rest}",
                clean(file),
                counted(u64::from(*tokens), "token", "tokens"),
                sig3_or_dash(*perplexity),
                shown(&beginning)
            )
        }
    }
}

/// Text on one line; nothing in it speaks to the terminal.
fn shown(text: &str) -> String {
    clean(&text.replace('\n', "⏎").replace('\t', "⇥"))
}

/// So that the tokens stand below each other.
fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{}{text}", " ".repeat(missing))
}

fn sum(columns: &Columns, found: &Found) -> String {
    let of = counted(columns.sequences.len() as u64, "sequence", "sequences");
    let sequences = count(found.hits.len() as u64);
    match found.tokens() {
        0 => format!("{sequences} of {of}"),
        tokens => format!(
            "{} in {sequences} of {of}",
            counted(tokens, "token", "tokens")
        ),
    }
}

fn counts(ask: &Ask, columns: &Columns, found: &Found, out: &mut dyn Write) -> io::Result<()> {
    let facets = facets(columns, found);
    if ask.json {
        let mut values = serde_json::Map::new();
        for facet in &facets {
            let field = values
                .entry(facet.field)
                .or_insert_with(|| serde_json::json!({}));
            if let Some(field) = field.as_object_mut() {
                field.insert(facet.value.clone(), facet.count.into());
            }
        }
        let line = serde_json::json!({
            "sequences": found.hits.len(),
            "tokens": found.tokens(),
            "of_sequences": columns.sequences.len(),
            "values": values,
        });
        return writeln!(out, "{line}");
    }
    writeln!(out, "{}", sum(columns, found))?;
    for facet in facets {
        writeln!(
            out,
            "  {}:{}  {}",
            facet.field,
            clean(&facet.value),
            count(facet.count)
        )?;
    }
    Ok(())
}

fn words(ask: &Ask, words: &[Word], out: &mut dyn Write) -> io::Result<()> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !ask.json {
        writeln!(
            out,
            "{:>9} {:>8} {:>8}  token, commonest runner-up",
            "count", "mean", "worst"
        )?;
    }
    for word in words {
        if ask.json {
            let line = WordLine {
                token: text(&word.bytes),
                count: word.count,
                mean_probability: word.mean_probability,
                worst_probability: word.worst_probability,
                runner_up: word.runner_up.as_ref().map(|(bytes, _)| text(bytes)),
                runner_up_count: word.runner_up.as_ref().map(|(_, count)| *count),
            };
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)?;
            continue;
        }
        let share = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), percent);
        let other = word
            .runner_up
            .as_ref()
            .map_or_else(String::new, |(bytes, times)| {
                format!("  [{}] {}", shown(&text(bytes)), count(*times))
            });
        writeln!(
            out,
            "{:>9} {:>8} {:>8}  [{}]{other}",
            count(word.count),
            share(word.mean_probability),
            share(word.worst_probability),
            shown(&text(&word.bytes))
        )?;
    }
    Ok(())
}
