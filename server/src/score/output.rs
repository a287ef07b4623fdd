//! What a model says of a text, for people or as a line of JSON.
use super::{File, Judged};
use crate::analyze::output::clean;
use crate::cli::Score;
use engine::Scored;
use metrics::format::{count, sig3, sig3_or_dash};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) fn write(arguments: &Score, file: &File<'_>, out: &mut dyn Write) -> io::Result<()> {
    if arguments.json {
        return line(arguments, file, out);
    }
    let judged = &file.judged;
    writeln!(out, "{}", clean(&file.name))?;
    let row = |out: &mut dyn Write, label: &str, value: &str| writeln!(out, "  {label:<28}{value}");
    let tokens = count(judged.tokens.len() as u64);
    let without = judged.tokens.len() - judged.scored;
    let tokens = match without {
        0 => tokens,
        _ => format!("{tokens}, {without} without a value"),
    };
    row(out, "Tokens", &tokens)?;
    row(out, "Perplexity", &sig3_or_dash(judged.perplexity))?;
    let bits = |value: Option<f64>| {
        value.map_or_else(|| "—".to_owned(), |value| format!("{} bits", sig3(value)))
    };
    row(
        out,
        "Cross entropy per token",
        &bits(judged.figures.cross_entropy_bits),
    )?;
    row(
        out,
        "Cross entropy per byte",
        &bits(judged.figures.bits_per_byte),
    )?;
    if !arguments.tokens {
        return Ok(());
    }
    writeln!(
        out,
        "  {:>8} {:>12} {:>8} {:>10}  text",
        "id", "logprob", "rank", "entropy"
    )?;
    for scored in &judged.tokens {
        let (logprob, rank, entropy) = match scored.place {
            Some(place) => (
                format!("{:.4}", place.logprob),
                place.rank.to_string(),
                format!("{:.4}", place.entropy),
            ),
            None => ("—".to_owned(), "—".to_owned(), "—".to_owned()),
        };
        let text = clean(&text(judged, scored).replace('\n', "⏎"));
        writeln!(
            out,
            "  {:>8} {logprob:>12} {rank:>8} {entropy:>10}  {text}",
            scored.id
        )?;
    }
    Ok(())
}

fn line(arguments: &Score, file: &File<'_>, out: &mut dyn Write) -> io::Result<()> {
    let judged = &file.judged;
    let mut line = json!({
        "file": file.name,
        "tokens": judged.tokens.len(),
        "scored": judged.scored,
        "perplexity": judged.perplexity,
        "cross_entropy_bits": judged.figures.cross_entropy_bits,
        "bits_per_byte": judged.figures.bits_per_byte,
        "sum_logprob": judged.figures.sum_logprob,
        "architecture": judged.model.architecture(),
        "weights": judged.model.format(),
        "sha256": judged.model.hash(),
    });
    if arguments.tokens {
        line["per_token"] = judged
            .tokens
            .iter()
            .map(|scored| token(judged, scored))
            .collect();
    }
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

fn token(judged: &Judged<'_>, scored: &Scored) -> Value {
    json!({
        "id": scored.id,
        "text": text(judged, scored),
        "logprob": scored.place.map(|place| place.logprob),
        "rank": scored.place.map(|place| place.rank),
        "entropy": scored.place.map(|place| place.entropy),
    })
}

fn text(judged: &Judged<'_>, scored: &Scored) -> String {
    let text = judged.model.text();
    text.map_or_else(String::new, |text| text.decode(&[scored.id]))
}
