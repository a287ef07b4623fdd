//! One pair with both of its texts.
use crate::html::{counted, label};
use analysis::Scale;
use analysis::compare::{Pair, Side, Span, Turn, bits_per_byte, heat, spoken, text_diff};
use completions::Sequence;
use markup::{Text, push};
use metrics::{format, num};

/// Both texts beside each other; what only one of them has stands out.
pub(super) fn side_by_side(
    sides: &(Side<'_>, Side<'_>),
    number: u32,
    pairs: usize,
    pair: &Pair,
    turns: Option<(Turn, Turn)>,
    scale: Scale,
) -> String {
    let (a, b) = sides;
    let (Some(one), Some(other)) = (a.sequence(pair.a), b.sequence(pair.b)) else {
        return String::new();
    };
    let mut html = format!(
        "<p class=\"panel-nav\"><button type=\"button\" data-set=\"show:\">All pairs</button> <button type=\"button\" data-set=\"show:{}\"{}>Previous</button> <strong>Pair {} of {}</strong> <button type=\"button\" data-set=\"show:{}\"{}>Next</button></p>",
        number.max(1),
        if number == 0 { " disabled" } else { "" },
        format::count(u64::from(number) + 1),
        format::count(pairs as u64),
        u64::from(number) + 2,
        if number as usize + 1 >= pairs {
            " disabled"
        } else {
            ""
        }
    );
    match (pair.fork, turns) {
        (None, _) => html += "<p>Both have the same text, byte by byte.</p>",
        (Some(fork), turns) => {
            push!(
                html,
                "<p>They part after {}.",
                counted(fork.byte.into(), "byte", "bytes")
            );
            if let Some((a, b)) = turns {
                push!(
                    html,
                    " A wrote {}{}, to which B gave {}. B wrote {}{}, to which A gave {}.",
                    said(&a),
                    share(&a),
                    b.gave.in_words(),
                    said(&b),
                    share(&b),
                    a.gave.in_words()
                );
            }
            html += "</p>";
        }
    }
    let diff = text_diff(spoken(a.columns, one).0, spoken(b.columns, other).0);
    if diff.limited {
        html += "<p class=\"panel-note\">The texts are too long to be compared word by word.</p>";
    }
    html += "<div class=\"sides\">";
    let of_a = diff
        .stretches
        .iter()
        .map(|stretch| (stretch.a, stretch.same));
    let of_b = diff
        .stretches
        .iter()
        .map(|stretch| (stretch.b, stretch.same));
    half("A", a, one, of_a.collect(), scale, &mut html);
    half("B", b, other, of_b.collect(), scale, &mut html);
    html + "</div>"
}

fn said(turn: &Turn) -> String {
    if turn.token.is_none() {
        "nothing more".to_owned()
    } else {
        label(&turn.wrote)
    }
}

fn share(turn: &Turn) -> String {
    turn.probability
        .map_or_else(String::new, |p| format!(" ({})", format::percent(p)))
}

fn half(
    name: &str,
    side: &Side<'_>,
    sequence: &Sequence,
    stretches: Vec<(Span, bool)>,
    scale: Scale,
    html: &mut String,
) {
    push!(
        html,
        "<section aria-label=\"{name}\"><h3>{name}</h3><p class=\"panel-note\">probability {} · perplexity {} · bits per byte {}</p><p class=\"tokens\">",
        format::sig3_or_dash(sequence.metrics.mean_prob),
        format::sig3_or_dash(sequence.metrics.perplexity),
        format::sig3_or_dash(bits_per_byte(sequence))
    );
    let (text, _) = spoken(side.columns, sequence);
    for piece in heat(side.columns, sequence, stretches) {
        let probability = piece.logprob.map(|logprob| num::exp(f64::from(logprob)));
        let known = piece.token.map_or(metrics::Mark::MISSING, |token| {
            side.columns.mark(sequence.first_token + u64::from(token))
        });
        let text = String::from_utf8_lossy(piece.span.of(text));
        let sign = if markup::is_sign(&text) { " sign" } else { "" };
        let differs = if piece.same { "" } else { " differs" };
        push!(
            html,
            "<span class=\"{}{sign}{differs}\" title=\"{}\">{}</span>",
            scale.mark(probability, known).class(),
            probability.map_or_else(String::new, format::percent),
            Text(text)
        );
    }
    html.push_str("</p></section>");
}
